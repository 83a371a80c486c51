/**
 * The commands of planning scripts. The input of each is a job file without its `name`.
 *
 *     rewrite          the logical graph, then the graph after each rule that changed it
 *     logical [as=rewritten | as=data]     the logical graph alone, so of any operator; after all rules, or its nodes as JSON
 *     explain [width=80] [stage=job] [ascii] [-p 4]
 *     json [pointer]   the JSON form, or the part of it at a JSON pointer
 *     mermaid · dot
 *     edit limit=N | sink=TYPE | at=ID      the job as a plan, after the edit
 */
import { loadJob } from '../../../src/spec/load-job.js';
import type { JobSpec, SpecDocument } from '../../../src/spec/job-spec.js';
import { defaultSettings } from '../../../src/config/settings.js';
import { buildLogicalGraph } from '../../../src/plan/build-logical-graph.js';
import { buildPlan } from '../../../src/plan/build-plan.js';
import type { ExecutionPlan } from '../../../src/plan/execution-plan.js';
import { previewSpec, withLimit, withSinks } from '../../../src/plan/edit-spec.js';
import type { PlanRequest } from '../../../src/plan/plan-request.js';
import { rewriteGraph } from '../../../src/plan/rewrite-graph.js';
import { allRules } from '../../../src/plan/rules/all-rules.js';
import type { PlanFacts } from '../../../src/plan/rules/rewrite-rule.js';
import { originalId } from '../../../src/plan/rules/separate-diamonds.js';
import { renderGraph } from '../../../src/plan/explain/render-graph.js';
import { renderPlanDot, renderPlanMermaid } from '../../../src/plan/explain/render-plan-drawing.js';
import { renderPlanJson } from '../../../src/plan/explain/render-plan-json.js';
import { renderPlanText, type ExplainStage } from '../../../src/plan/explain/render-plan-text.js';
import type { RunCommand } from '../../support/golden.js';
import { TestCatalog, testConnectors } from './test-catalog.js';

export const LOGICAL_TIME = Date.UTC(2026, 10, 22, 3);

export const runPlanCommand: RunCommand = async (command, args, input) => {
  const options = new Map(args.map((arg) => arg.split(/=(.*)/u, 2) as [string, string]));
  const document = edited(await loadTestJob(input), options);
  if (command === 'logical') return logicalText(document, options.get('as'));
  const plan = await planTestJob(document, options.has('p') ? Number(options.get('p')) : null);
  switch (command) {
    case 'rewrite':
      return rewriteText(plan);
    case 'explain':
    case 'edit': {
      const stage = options.get('stage') as ExplainStage | undefined;
      const stages = stage === undefined ? undefined : [stage];
      const memory = options.has('memory') ? { heap: 1_073_741_824, managed: 1_610_612_736 } : undefined;
      return renderPlanText(plan, {
        width: Number(options.get('width') ?? 80),
        stages,
        memory,
        ascii: options.has('ascii'),
      });
    }
    case 'json':
      return jsonText(partOf(JSON.parse(JSON.stringify(renderPlanJson(plan))), args[0] ?? ''), 3);
    case 'mermaid':
      return renderPlanMermaid(plan);
    case 'dot':
      return renderPlanDot(plan);
    default:
      throw new Error(`no command ${command}`);
  }
};

export function loadTestJob(text: string): Promise<SpecDocument> {
  return loadJob('job.yaml', {
    text: `name: test\n${text}\n`,
    params: {},
    env: {},
    connectors: testConnectors,
  });
}

export function planTestJob(document: SpecDocument, parallelism: number | null = null): Promise<ExecutionPlan> {
  return buildPlan(requestOf(document, parallelism));
}

function requestOf(document: SpecDocument, parallelism: number | null): PlanRequest {
  const context = { settings: defaultSettings, runId: 'run', baseDir: '/jobs' };
  return { document, context, catalog: new TestCatalog(), parallelism, logicalTimeMs: LOGICAL_TIME };
}

async function logicalText(document: SpecDocument, as: string | undefined): Promise<string> {
  const { graph, sources } = await buildLogicalGraph(requestOf(document, null));
  if (as === 'data')
    return graph.nodes
      .filter((node) => node.kind !== 'source' && node.kind !== 'sink')
      .map(({ schema: _, ...node }) => JSON.stringify(node))
      .join('\n');
  if (as === undefined) return renderGraph(graph, 100).join('\n');
  const facts: PlanFacts = (id) => {
    const { description, spec } = sources.get(originalId(id))!;
    return { pushdown: description.pushdown, columnsGiven: spec.columns !== null };
  };
  return renderGraph(rewriteGraph(graph, allRules, facts).graph, 100).join('\n');
}

function edited(document: SpecDocument, options: ReadonlyMap<string, string>): SpecDocument {
  const edit = (spec: JobSpec): JobSpec => {
    if (options.has('at')) return previewSpec(spec, options.get('at') || null, Number(options.get('limit') ?? 10));
    const limited = options.has('limit') ? withLimit(spec, Number(options.get('limit'))) : spec;
    return options.has('sink') ? withSinks(limited, options.get('sink')!) : limited;
  };
  return { ...document, spec: edit(document.spec) };
}

function rewriteText({ logical, rewrites }: ExecutionPlan): string {
  const steps = [{ rule: 'as written', graph: logical }, ...rewrites];
  return steps
    .map(({ rule, graph }) => [rule, ...renderGraph(graph, 100).map((line) => `  ${line}`)].join('\n'))
    .join('\n');
}

/** Parts so many levels down stand on one line each. */
function jsonText(value: unknown, levels: number, indent = ''): string {
  if (levels === 0 || typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent} `;
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${jsonText(item, levels - 1, inner)}`);
    return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).map(
    ([key, item]) => `${inner}${JSON.stringify(key)}: ${jsonText(item, levels - 1, inner)}`,
  );
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
}

function partOf(value: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], value);
}
