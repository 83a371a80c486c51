/**
 * `onReject: {file}` is a file sink of its own beside the sink: the rows that the sink, or a step above it, cannot take.
 *
 * NDJSON whatever the name of the file: what is rejected is looked at, and replayed.
 */
import type { JsonObject } from '../connectors/connector.js';
import { checkExpression } from '../expr/check-expression.js';
import { rejectSchema } from '../protocol/reject-schema.js';
import { effectiveParallelism } from './parallelism.js';
import { PlanProblems } from './plan-problems.js';
import type { PlanRequest } from './plan-request.js';

/** A file sink's block as it is after validation. */
const fileSinkDefaults: JsonObject = {
  format: 'ndjson',
  header: true,
  nullValue: '',
  csvFormulaGuard: false,
  mode: 'replace',
};

export interface RejectFile {
  /** Of its file sink. */
  readonly params: JsonObject;
  /** What explain says of it. */
  readonly notes: readonly string[];
}

/** The reject file by sink id; none for a sink that has no such file. */
export async function planRejects(request: PlanRequest): Promise<ReadonlyMap<string, RejectFile>> {
  const { document, catalog, context } = request;
  const problems = new PlanProblems(document);
  const planned = new Map<string, RejectFile>();
  for (const [id, { onReject }] of Object.entries(document.spec.sinks)) {
    if (onReject.kind !== 'file') continue;
    try {
      const planner = await catalog.sink('file');
      const { params, notes } = await planner.plan({
        sink: { id: `${id}.rejects`, own: { ...fileSinkDefaults, path: onReject.path } },
        connection: null,
        input: rejectSchema,
        expression: (text) => checkExpression(text, { columns: rejectSchema.fields, params: {} }),
        context,
        parallelism: effectiveParallelism(request),
      });
      planned.set(id, { params, notes: notes.map((note) => `rejects: ${note}`) });
    } catch (error) {
      problems.keep(error, { path: ['sinks', id, 'onReject'], what: `sink "${id}"` });
    }
  }
  problems.throwIfAny();
  return planned;
}
