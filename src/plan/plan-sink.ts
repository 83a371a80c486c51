/** Asks a sink's connector what it makes of its block; places of its complaints are mapped into the job file. */
import type { Schema } from '../columnar/batch.js';
import type { Json, JsonObject, SinkPlan } from '../connectors/connector.js';
import { checkExpression, type Scope } from '../expr/check-expression.js';
import type { TypedExpr } from '../expr/typed-expr.js';
import type { SinkSpec, SpecPath } from '../spec/job-spec.js';
import { effectiveParallelism } from './parallelism.js';
import type { PlanProblems, Site } from './plan-problems.js';
import type { PlanRequest } from './plan-request.js';

/** Null when there is a problem; all problems of its expressions are kept, not only the first. */
export async function planSink(
  request: PlanRequest,
  id: string,
  spec: SinkSpec,
  input: Schema,
  scope: Scope,
  problems: PlanProblems,
): Promise<SinkPlan | null> {
  const { document, catalog, context } = request;
  const site: Site = { path: ['sinks', id], what: `sink "${id}"` };
  const before = problems.count;
  const expression = (text: string, place: SpecPath): TypedExpr => {
    try {
      return checkExpression(text, scope);
    } catch (error) {
      problems.keepExpression(error, { ...site, path: [...site.path, ...place] }, startIn(spec.own, place, text));
      return { kind: 'literal', text: null, type: { kind: 'text' } };
    }
  };
  try {
    const planner = await catalog.sink(spec.type);
    return await planner.plan({
      sink: { id, own: spec.own, at: { ...document.locate(site.path), what: site.what } },
      connection: spec.connection === null ? null : document.spec.connections[spec.connection].own,
      input,
      expression,
      context,
      parallelism: spec.parallelism ?? effectiveParallelism(request),
    });
  } catch (error) {
    // After a broken expression the planner goes on with NULL: what it then says is not worth repeating.
    if (problems.count === before) problems.keep(error, site);
    return null;
  }
}

/** Where an expression begins in the scalar that holds it: a key template has text around its expressions. */
function startIn(own: JsonObject, place: SpecPath, text: string): number {
  let value: Json | undefined = own;
  for (const step of place) value = (value as Readonly<Record<string | number, Json>> | null | undefined)?.[step];
  return typeof value === 'string' ? Math.max(0, value.indexOf(text)) : 0;
}
