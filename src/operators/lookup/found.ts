/** What was found for some keys, in any order and many pieces, put together by key. */
import type { Batch, Schema } from '../../columnar/batch.js';
import { createBuilder } from '../../columnar/column-builder.js';
import type { FoundRows } from '../../connectors/connector.js';
import { addressOf } from '../../columnar/row-address.js';

/** Of key `k`: `addresses[offsets[k]]` up to `addresses[offsets[k + 1]]`, in `batches`. */
export interface Found {
  readonly batches: readonly Batch[];
  readonly offsets: Int32Array;
  readonly addresses: Int32Array;
}

/** `keys`: how many there are. The batches are at least one, so that their columns can be gathered. */
export function groupByKey(schema: Schema, parts: readonly FoundRows[], keys: number): Found {
  const offsets = new Int32Array(keys + 1);
  for (const part of parts) for (const key of part.keys) offsets[key + 1]++;
  for (let key = 0; key < keys; key++) offsets[key + 1] += offsets[key];
  const addresses = new Int32Array(offsets[keys]);
  const next = offsets.slice(0, keys);
  parts.forEach((part, index) => {
    part.keys.forEach((key, row) => (addresses[next[key]++] = addressOf(index, row)));
  });
  return { batches: parts.length === 0 ? [noRows(schema)] : parts.map(({ rows }) => rows), offsets, addresses };
}

export function noRows(schema: Schema): Batch {
  return {
    schema,
    columns: schema.fields.map(({ type }) => createBuilder(type, 0).finish()),
    length: 0,
    selection: null,
  };
}
