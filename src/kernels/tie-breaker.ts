/**
 * What a sort asks about rows whose normalised keys are equal: more of the key as another 64-bit integer, or a comparison.
 *
 * Refining takes up where the integer ended: the next bytes of a text, past what all rows of the tie share, or the keys behind.
 * Long common prefixes (`https://www.…`) and keys of few values (`country, id`) so remain a radix sort.
 */
import { isValid, type BytesColumn, type Column } from '../columnar/column.js';
import type { DataType } from '../columnar/data-type.js';
import { gatherColumn } from '../columnar/gather-rows.js';
import { batchOf, rowOf } from '../columnar/row-address.js';
import type { SortKey } from '../columnar/sort-key.js';
import { addressComparator, type RowComparator } from './compare-rows.js';
import { keyWidth } from './encode-key.js';
import { normalizeKeys, planKeys, type KeyPlan } from './normalize-keys.js';

export interface TieBreaker {
  /** The order of two rows of a tie. */
  readonly compare: RowComparator;
  /** The rows of a tie, told apart further; null where only comparing helps. */
  refine(rows: Int32Array): RefinedKeys | null;
}

export interface RefinedKeys {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  /** For rows whose new integers are equal; null when those are equal in all keys. */
  readonly ties: TieBreaker | null;
}

type KeyBatches = readonly { readonly columns: readonly Column[] }[];

/** For addresses (row-address.ts) of rows in `batches`, normalised by `plan`; null when the plan is complete. */
export function tieBreaker(keys: readonly SortKey[], batches: KeyBatches, plan: KeyPlan): TieBreaker | null {
  if (plan.isComplete || batches.length === 0) return null;
  const last = plan.parts.at(-1);
  if (last === undefined) return { compare: addressComparator(keys, batches), refine: () => null };
  const types = batches[0].columns.map((column) => column.type);
  const width = keyWidth(types[last.key.column]);
  const isDecided = last.nulls !== 'edge' && width !== null && width.isExact && last.bits >= width.bits;
  const rest = keys.slice(isDecided ? plan.parts.length : plan.parts.length - 1);
  const compare = addressComparator(rest, batches);
  if (!isDecided && isText(types[last.key.column])) {
    return { compare, refine: (rows) => refineText(rest, batches, last.bits >> 3, rows) };
  }
  // A cut integer starts again with more room; what had all the room would only say the same again.
  const canRestart = isDecided || (width !== null && width.isExact && last.shift > 0);
  return { compare, refine: (rows) => (canRestart ? refineKeys(rest, batches, rows) : null) };
}

/** Types whose bytes are the order, and which have no zero bytes: a value that ends is below one that goes on. */
function isText(type: DataType): boolean {
  return type.kind === 'text' || type.kind === 'json';
}

function refineKeys(keys: readonly SortKey[], batches: KeyBatches, rows: Int32Array): RefinedKeys {
  const gathered = keys.map((key) =>
    gatherColumn(
      batches.map((batch) => batch.columns[key.column]),
      rows,
    ),
  );
  const own = keys.map((key, column) => ({ ...key, column }));
  const plan = planKeys(
    own,
    gathered.map((column) => column.type),
    gathered.map((column) => column.validity !== null),
  );
  const high = new Uint32Array(rows.length);
  const low = new Uint32Array(rows.length);
  normalizeKeys(plan, gathered, null, rows.length, high, low);
  const parts = plan.parts.map((part, index) => ({ ...part, key: keys[index] }));
  return { high, low, ties: tieBreaker(keys, batches, { ...plan, parts }) };
}

/** The first `known` bytes of the first key are the same in all rows. */
function refineText(
  keys: readonly SortKey[],
  batches: KeyBatches,
  known: number,
  rows: Int32Array,
): RefinedKeys | null {
  const [key, ...behind] = keys;
  const columns = batches.map((batch) => batch.columns[key.column] as BytesColumn);
  const longest = longestText(columns, rows);
  if (longest === null) return null;
  if (longest <= known) {
    if (behind.length > 0) return refineKeys(behind, batches, rows);
    return { high: new Uint32Array(rows.length), low: new Uint32Array(rows.length), ties: null };
  }
  const from = known + sharedBytes(columns, rows, known);
  const high = new Uint32Array(rows.length);
  const low = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const { offsets, data } = columns[batchOf(rows[i])];
    const row = rowOf(rows[i]);
    const end = offsets[row + 1];
    const start = Math.min(end, offsets[row] + from);
    const top = wordAt(data, start, end);
    const rest = wordAt(data, start + 4, end);
    high[i] = key.descending ? ~top : top;
    low[i] = key.descending ? ~rest : rest;
  }
  if (longest > from + 8) {
    const compare = addressComparator(keys, batches);
    return { high, low, ties: { compare, refine: (tied) => refineText(keys, batches, from + 8, tied) } };
  }
  if (behind.length === 0) return { high, low, ties: null };
  const compare = addressComparator(behind, batches);
  return { high, low, ties: { compare, refine: (tied) => refineKeys(behind, batches, tied) } };
}

/** Bytes of the longest text; 0 when all are NULL, null when only some are. */
function longestText(columns: readonly BytesColumn[], rows: Int32Array): number | null {
  let longest = 0;
  let nulls = 0;
  for (const address of rows) {
    const column = columns[batchOf(address)];
    const row = rowOf(address);
    if (!isValid(column, row)) nulls++;
    else longest = Math.max(longest, column.offsets[row + 1] - column.offsets[row]);
  }
  return nulls === 0 || nulls === rows.length ? longest : null;
}

/** How many bytes from `known` on are the same in all rows. */
function sharedBytes(columns: readonly BytesColumn[], rows: Int32Array, known: number): number {
  const model = columns[batchOf(rows[0])];
  const start = model.offsets[rowOf(rows[0])] + known;
  let shared = Math.max(0, model.offsets[rowOf(rows[0]) + 1] - start);
  for (let i = 1; i < rows.length && shared > 0; i++) {
    const { offsets, data } = columns[batchOf(rows[i])];
    const row = rowOf(rows[i]);
    const from = offsets[row] + known;
    const most = Math.min(shared, offsets[row + 1] - from);
    let count = 0;
    while (count < most && data[from + count] === model.data[start + count]) count++;
    shared = count;
  }
  return shared;
}

/** Four bytes from `start` on as a word, zeros from `end` on. */
function wordAt(data: Uint8Array, start: number, end: number): number {
  if (start + 4 <= end) {
    return (data[start] << 24) | (data[start + 1] << 16) | (data[start + 2] << 8) | data[start + 3];
  }
  let word = 0;
  for (let at = start, shift = 24; at < end; at++, shift -= 8) word |= data[at] << shift;
  return word;
}
