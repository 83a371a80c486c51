/**
 * What is wrong with the expressions of a job as far as the file alone shows it: no source is asked for its columns, so
 * their names and types stay unchecked. Planning finds all of this as well, and more.
 */
import type { ConnectorConfig, JsonObject } from '../connectors/connector.js';
import type { LiteralExpr } from '../expr/literal.js';
import { checkNames, type ExpressionForm } from '../expr/check-names.js';
import { expressionsOf } from '../spec/expressions-of.js';
import type { ReadableJob } from '../spec/job-spec.js';
import { PlanProblems, type Site } from './plan-problems.js';

/** @throws EtlError or EtlErrors with all that is wrong. */
export function checkOffline(job: ReadableJob, configOf: (type: string) => ConnectorConfig): void {
  const problems = new PlanProblems(job);
  const params = Object.fromEntries(
    Object.entries(job.params).map(([name, { type, value }]): [string, LiteralExpr] => [
      name,
      { kind: 'literal', text: value, type, param: name },
    ]),
  );
  const check = (text: string, form: ExpressionForm, site: Site, start = 0): void => {
    for (const error of checkNames(text, form, params)) problems.keepExpression(error, site, start);
  };
  job.operators.forEach((operator, index) => {
    if (operator === null) return;
    const what = `step ${index + 1} (${operator.kind})`;
    for (const { text, path, form, start } of expressionsOf(operator))
      check(text, form, { path: ['steps', index, ...path], what }, start);
  });
  for (const [id, { type, own }] of Object.entries(job.sinks)) {
    for (const { text, place, start } of sinkExpressions(configOf(type), own))
      check(text, 'expression', { path: ['sinks', id, ...place], what: `sink "${id}"` }, start);
  }
  problems.throwIfAny();
}

function sinkExpressions(config: ConnectorConfig, own: JsonObject) {
  return config.sinkExpressions?.(own) ?? [];
}
