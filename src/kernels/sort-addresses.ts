/** The rows of many batches in order, as addresses (row-address.ts): the batches stay where they are. Stable. */
import type { Batch, Schema } from '../columnar/batch.js';
import { addressRows } from '../columnar/row-address.js';
import type { SortKey } from '../columnar/sort-key.js';
import { argsort } from './argsort.js';
import { normalizeKeys, planKeys } from './normalize-keys.js';
import { tieBreaker } from './tie-breaker.js';

/** The batches have no selection. */
export function sortAddresses(schema: Schema, keys: readonly SortKey[], batches: readonly Batch[]): Int32Array {
  const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
  const high = new Uint32Array(rows);
  const low = new Uint32Array(rows);
  const plan = planKeys(
    keys,
    schema.fields.map((field) => field.type),
    schema.fields.map((_, i) => batches.some((batch) => batch.columns[i].validity !== null)),
  );
  let at = 0;
  for (const { columns, length } of batches) {
    normalizeKeys(plan, columns, null, length, high, low, at);
    at += length;
  }
  return argsort(high, low, addressRows(batches), tieBreaker(keys, batches, plan));
}
