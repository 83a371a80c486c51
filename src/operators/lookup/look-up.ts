/**
 * What there is for the rows of one unit: each key once, from the cache where it has it, else by requests of so many keys.
 */
import type { Batch } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { isValid } from '../../columnar/column.js';
import { takeColumn } from '../../columnar/take.js';
import type { FoundRows } from '../../connectors/connector.js';
import { createGroupTable } from '../../kernels/create-group-table.js';
import type { OperatorRun } from '../operator.js';
import { askKeys, type Answer, type Problem } from './ask-keys.js';
import { groupByKey, type Found } from './found.js';
import { takeKeys } from './lookup-cache.js';
import type { LookupState } from './lookup-plan.js';

export interface LookedUp extends Found {
  /** By row of the unit: its key, or -1 for a NULL, which nothing is found for. */
  readonly keyOf: Int32Array;
  readonly problems: ReadonlyMap<number, Problem>;
  /** Held of the operator's memory for it. */
  readonly bytes: number;
}

export interface LookUpRequest {
  readonly state: LookupState;
  readonly run: OperatorRun;
  readonly signal: AbortSignal;
  /** It has to fit: there is no smaller unit. */
  readonly mustFit: boolean;
}

/** `unit` has no selection. Null where what was found does not fit. @throws EtlError, or the signal's reason */
export async function lookUp(unit: Batch, request: LookUpRequest): Promise<LookedUp | null> {
  const { state, run, signal, mustFit } = request;
  const { descriptor, pool, cache } = state;
  const { id, manner, found } = descriptor;
  const { memory } = run;
  const { keys, keyOf } = distinctKeys(state, unit);
  let bytes = 0;
  const release = (less: number): void => {
    bytes -= less;
    memory.shrink(less);
  };
  const tryHold = (more: number): boolean => {
    if (!memory.tryGrow(more)) {
      cache?.clear();
      if (mustFit) memory.grow(more);
      else if (!memory.tryGrow(more)) return false;
    }
    bytes += more;
    return true;
  };
  const cached = cache?.find(keys) ?? { parts: [], missing: Int32Array.from({ length: keys.length }, (_, key) => key) };
  count(run, keys.length, cached.missing.length);
  const parts: FoundRows[] = [...cached.parts];
  const problems = new Map<number, Problem>();
  let fits = cached.parts.every(({ rows, keys: ofRow }) => tryHold(sizeOfBatch(rows) + ofRow.byteLength));
  const ask = async (wanted: Int32Array): Promise<void> => {
    const asked = takeKeys(keys, wanted);
    const retried = (): void => run.accumulators.counter('requests repeated').add();
    run.accumulators.counter('requests').add();
    const answer = await askKeys(asked, { id, pool, manner, signal, tryHold, release, retried });
    if (answer === null) {
      fits = false;
      return;
    }
    keepAnswer(state, asked, answer);
    for (const part of answer.parts) parts.push({ ...part, keys: part.keys.map((key) => wanted[key]) });
    for (const [key, problem] of answer.problems) problems.set(wanted[key], problem);
  };
  const requests: Promise<void>[] = [];
  for (let from = 0; fits && from < cached.missing.length; from += manner.batch)
    requests.push(ask(cached.missing.subarray(from, from + manner.batch)));
  const results = await Promise.allSettled(requests);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined && fits) return { ...groupByKey(found, parts, keys.length), keyOf, problems, bytes };
  release(bytes);
  if (failed !== undefined) throw failed.reason;
  return null;
}

function keepAnswer({ cache, descriptor }: LookupState, asked: Batch, { parts, problems }: Answer): void {
  if (problems.size === 0) cache?.add(asked, groupByKey(descriptor.found, parts, asked.length));
}

/** Keys of the rows that have them whole, each once. */
function distinctKeys({ descriptor, keySchema }: LookupState, unit: Batch): { keys: Batch; keyOf: Int32Array } {
  const columns = descriptor.keys.map((column) => unit.columns[column]);
  const isWhole = (row: number): boolean => columns.every((column) => isValid(column, row));
  const hasNulls = columns.some((column) => column.validity !== null);
  const all = Int32Array.from({ length: unit.length }, (_, row) => row);
  const whole = hasNulls ? all.filter(isWhole) : all;
  const given: Batch = {
    schema: keySchema,
    columns: whole === all ? columns : columns.map((column) => takeColumn(column, whole)),
    length: whole.length,
    selection: null,
  };
  const keyOf = new Int32Array(unit.length).fill(-1);
  if (whole.length === 0) return { keys: given, keyOf };
  const table = createGroupTable(keySchema);
  table.resize(2 ** Math.ceil(Math.log2(Math.max(2, whole.length))));
  const groups = new Int32Array(whole.length);
  table.assign(given, groups);
  whole.forEach((row, i) => (keyOf[row] = groups[i]));
  return { keys: table.take(Int32Array.from({ length: table.count }, (_, group) => group)), keyOf };
}

function count({ accumulators }: OperatorRun, keys: number, missing: number): void {
  accumulators.counter('keys').add(keys);
  accumulators.counter('keys in cache').add(keys - missing);
}
