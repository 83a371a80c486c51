/**
 * Scripts: a job without its name and sinks as input. `problems`: all that is wrong with it, with what is underlined between brackets.
 * `explain [-p N]`: its plan.
 */
import { defaultSettings } from '../../../src/config/settings.js';
import { connectors } from '../../../src/connectors/registry.js';
import type { EtlError } from '../../../src/errors/etl-error.js';
import { EtlErrors } from '../../../src/errors/etl-errors.js';
import { buildPlan } from '../../../src/plan/build-plan.js';
import type { PlanCatalog } from '../../../src/plan/catalog.js';
import { renderPlanText } from '../../../src/plan/explain/render-plan-text.js';
import { loadJob } from '../../../src/spec/load-job.js';
import type { SpecDocument } from '../../../src/spec/job-spec.js';
import { goldenScripts } from '../../support/golden.js';

const context = { settings: defaultSettings, runId: 'run', baseDir: '/' };
const catalog: PlanCatalog = {
  source: async (type) => (await connectors[type].planSource!()).open(null, context),
  sink: (type) => connectors[type].planSink!(),
  lookup: (type) => connectors[type].planLookup!(),
};

goldenScripts('test/connectors/datagen/scripts', async (command, args, input) => {
  if (command === 'problems') return load(input).then(() => 'none', problemsText);
  const document = await load(input);
  const parallelism = args[0] === '-p' ? Number(args[1]) : null;
  const plan = await buildPlan({ document, context, catalog, parallelism, logicalTimeMs: 0 });
  return renderPlanText(plan, { width: 100, stages: ['execution'], ascii: false });
});

function load(text: string): Promise<SpecDocument> {
  const job = `${text}\nname: test\nsinks: {out: {type: blackhole}}\n`;
  return loadJob('job.yaml', { text: job, params: {}, env: {}, connectors });
}

function problemsText(thrown: unknown): string {
  if (!(thrown instanceof EtlErrors)) throw thrown;
  return thrown.problems.map(problemText).join('\n');
}

function problemText({ at, code, message, hint }: EtlError): string {
  const start = at!.column! - 1;
  const [excerpt, end] = [at!.excerpt!, start + at!.length!];
  return [
    `${at!.line}:${at!.column} ${code} ${message}${hint === undefined ? '' : ` | ${hint}`}`,
    `    ${excerpt.slice(0, start)}⟦${excerpt.slice(start, end)}⟧${excerpt.slice(end)}`,
  ].join('\n');
}
