/**
 * How many slots a chain gets. Four levels, the first that is given counts:
 *
 *     parallelism: of a source, step or sink  >  -p  >  parallelism: of the job  >  parallelism.default
 *
 * A chain runs in one slot from its inputs to its ends, so its parts share one parallelism.
 */
import type { SinkPlan } from '../connectors/connector.js';
import { groupNodes, type ChainNodes } from './cut-vertices.js';
import type { PhysicalGraph, PhysicalNode } from './physical-graph.js';
import { PlanProblems, type Site } from './plan-problems.js';
import type { PlanRequest } from './plan-request.js';
import { findStep } from '../spec/step-operator.js';
import { originalId } from './rules/separate-diamonds.js';

export interface ChainParallelism {
  readonly parallelism: number;
  /** The limit that makes the splits run one after another, or null. */
  readonly sequentialFor: string | null;
}

/** What nodes without a parallelism of their own get. */
export function effectiveParallelism({ parallelism, document, context }: PlanRequest): number {
  return parallelism ?? document.spec.parallelism ?? Number(context.settings['parallelism.default']);
}

/**
 * By the id of the node that a chain begins with, over the graph as the job file has it: the rewrite rules may take away a
 * step that was given a parallelism.
 *
 * @throws EtlError ETL-3024 where parts of one chain are given different parallelisms
 */
export function chainParallelism(
  request: PlanRequest,
  graph: PhysicalGraph,
  sinks: ReadonlyMap<string, SinkPlan>,
): ReadonlyMap<string, ChainParallelism> {
  const problems = new PlanProblems(request.document);
  const result = new Map(groupNodes(graph).map((nodes) => [nodes.root.id, chainOf(request, nodes, sinks, problems)]));
  problems.throwIfAny();
  return result;
}

function chainOf(
  request: PlanRequest,
  { root, members }: ChainNodes,
  sinks: ReadonlyMap<string, SinkPlan>,
  problems: PlanProblems,
): ChainParallelism {
  const [first, ...others] = members.filter((node) => node.parallelism !== null);
  const conflict = others.find((node) => node.parallelism !== first.parallelism);
  if (conflict !== undefined) {
    problems.add(
      'ETL-3024',
      `"${nameOf(conflict)}" is given parallelism ${conflict.parallelism}, but runs in one chain with "${nameOf(first)}", which is given ${first.parallelism}`,
      siteOf(request, conflict),
      'give both the same, or only one of them',
    );
  }
  const limit = members.find(({ body }) => body.role === 'operator' && body.bodies[0].kind === 'limit');
  const isGlobal = members.some(({ inputs }) => inputs.some(({ exchange }) => exchange?.ship.kind === 'GLOBAL'));
  // Sorted rows that go where their order can be seen come out of one task, unless the job says otherwise.
  const showsOrder = root.isOrdered === true && members.some(({ id }) => sinks.get(id)?.keepsOrder === true);
  const wished = first?.parallelism ?? (showsOrder ? 1 : effectiveParallelism(request));
  return {
    parallelism: limit !== undefined || isGlobal ? 1 : wished,
    sequentialFor: limit?.id ?? null,
  };
}

function nameOf(node: PhysicalNode): string {
  return originalId(node.logical);
}

function siteOf({ document }: PlanRequest, node: PhysicalNode): Site {
  const id = nameOf(node);
  if (node.body.role === 'source') return { path: ['sources', id, 'parallelism'], what: `source "${id}"` };
  if (node.body.role === 'sink') return { path: ['sinks', id, 'parallelism'], what: `sink "${id}"` };
  const { path, label, operator } = findStep(document.spec.steps, id)!;
  return { path: [...path, 'parallelism'], what: `${label} (${operator.kind})` };
}
