/**
 * Rows of many batches as one, in any order: what a sort, a merge and a join put out. Rows are named by their addresses
 * (row-address.ts); a negative address is a row of NULLs.
 */
import type { Batch, Schema } from './batch.js';
import { bitmapBytes, getBit, setBit } from './bitmap.js';
import type { BytesColumn, Column, ListColumn } from './column.js';
import { copyBytes } from './copy-bytes.js';
import { batchOf, rowOf } from './row-address.js';
import { ValueError } from './row-errors.js';
import { concatColumns, takeColumn } from './take.js';

/** The batches have the schema's columns; their selections do not matter, addresses count all rows. */
export function gatherRows(schema: Schema, batches: readonly Batch[], addresses: Int32Array): Batch {
  const absent = hasAbsent(addresses);
  return {
    schema,
    columns: schema.fields.map((_, index) =>
      gatherColumn(
        batches.map((batch) => batch.columns[index]),
        addresses,
        absent,
      ),
    ),
    length: addresses.length,
    selection: null,
  };
}

/**
 * The cells at `addresses` of one field; `columns[n]` is that of batch n. At least one; all of one type. `absent`: are there
 * addresses of no row?
 */
export function gatherColumn(columns: readonly Column[], addresses: Int32Array, absent = hasAbsent(addresses)): Column {
  const first = columns[0];
  const { length } = addresses;
  const base = { type: first.type, length, validity: gatherValidity(columns, addresses, absent) };
  switch (first.layout) {
    case 'bits':
      return { ...base, layout: 'bits', values: gatherBits(columns as readonly (typeof first)[], addresses) };
    case 'int32': {
      const values = (columns as readonly (typeof first)[]).map((column) => column.values);
      return { ...base, layout: 'int32', values: gatherNumbers(values, addresses, new Int32Array(length)) };
    }
    case 'float64': {
      const values = (columns as readonly (typeof first)[]).map((column) => column.values);
      return { ...base, layout: 'float64', values: gatherNumbers(values, addresses, new Float64Array(length)) };
    }
    case 'int64': {
      const words = gatherWords(columns as readonly (typeof first)[], addresses, 2);
      return { ...base, layout: 'int64', values: new BigInt64Array(words.buffer), words };
    }
    case 'decimal128':
    case 'interval': {
      const words = gatherWords(columns as readonly (typeof first)[], addresses, 4);
      return { ...base, layout: first.layout, words };
    }
    case 'bytes':
      return { ...base, layout: 'bytes', ...gatherBytes(columns as readonly BytesColumn[], addresses) };
    case 'list':
      return { ...base, layout: 'list', ...gatherLists(columns as readonly ListColumn[], addresses) };
    default:
      return first satisfies never;
  }
}

function hasAbsent(addresses: Int32Array): boolean {
  for (let i = 0; i < addresses.length; i++) if (addresses[i] < 0) return true;
  return false;
}

function gatherValidity(columns: readonly Column[], addresses: Int32Array, absent: boolean): Uint8Array | null {
  if (!absent && columns.every((column) => column.validity === null)) return null;
  const bitmaps = columns.map((column) => column.validity);
  const gathered = new Uint8Array(bitmapBytes(addresses.length));
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i];
    if (address < 0) continue;
    const bits = bitmaps[batchOf(address)];
    if (bits === null || getBit(bits, rowOf(address))) setBit(gathered, i);
  }
  return gathered;
}

function gatherBits(columns: readonly { readonly values: Uint8Array }[], addresses: Int32Array): Uint8Array {
  const gathered = new Uint8Array(bitmapBytes(addresses.length));
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i];
    if (address >= 0 && getBit(columns[batchOf(address)].values, rowOf(address))) setBit(gathered, i);
  }
  return gathered;
}

function gatherNumbers<T extends Int32Array | Float64Array>(
  values: readonly T[],
  addresses: Int32Array,
  gathered: T,
): T {
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i];
    gathered[i] = address < 0 ? 0 : values[batchOf(address)][rowOf(address)];
  }
  return gathered;
}

function gatherWords(
  columns: readonly { readonly words: Int32Array }[],
  addresses: Int32Array,
  perRow: 2 | 4,
): Int32Array<ArrayBuffer> {
  const words = columns.map((column) => column.words);
  const gathered = new Int32Array(perRow * addresses.length);
  for (let i = 0, to = 0; i < addresses.length; i++, to += perRow) {
    const address = addresses[i];
    if (address < 0) continue;
    const source = words[batchOf(address)];
    const from = perRow * rowOf(address);
    gathered[to] = source[from];
    gathered[to + 1] = source[from + 1];
    if (perRow === 2) continue;
    gathered[to + 2] = source[from + 2];
    gathered[to + 3] = source[from + 3];
  }
  return gathered;
}

function gatherBytes(
  columns: readonly BytesColumn[],
  addresses: Int32Array,
): { offsets: Int32Array; data: Uint8Array } {
  const sources = columns.map((column) => column.offsets);
  const data = columns.map((column) => column.data);
  const offsets = gatherOffsets(sources, addresses);
  const gathered = Buffer.allocUnsafeSlow(offsets[addresses.length]);
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i];
    if (address < 0) continue;
    const batch = batchOf(address);
    const from = sources[batch];
    const to = offsets[i];
    const start = from[rowOf(address)];
    let end = from[rowOf(address) + 1];
    // Neighbours are copied in one go. The row behind a batch's last has an address in the next batch.
    while (i + 1 < addresses.length && addresses[i + 1] === addresses[i] + 1 && batchOf(addresses[i + 1]) === batch) {
      end = from[rowOf(addresses[++i]) + 1];
    }
    copyBytes(data[batch], start, end, gathered, to);
  }
  return { offsets, data: gathered };
}

/** Each batch's elements in the order they are wanted, end to end; then the ranges between them. */
function gatherLists(columns: readonly ListColumn[], addresses: Int32Array): { offsets: Int32Array; child: Column } {
  const offsets = gatherOffsets(
    columns.map((column) => column.offsets),
    addresses,
  );
  const counts = new Int32Array(columns.length);
  for (const address of addresses) if (address >= 0) counts[batchOf(address)] += elementsOf(columns, address);
  const picked = columns.map((_, batch) => new Int32Array(counts[batch]));
  const starts = new Int32Array(columns.length);
  for (let batch = 1; batch < columns.length; batch++) starts[batch] = starts[batch - 1] + counts[batch - 1];
  const filled = new Int32Array(columns.length);
  const order = new Int32Array(offsets[addresses.length]);
  let to = 0;
  for (const address of addresses) {
    if (address < 0) continue;
    const batch = batchOf(address);
    const from = columns[batch].offsets[rowOf(address)];
    for (let element = 0; element < elementsOf(columns, address); element++) {
      order[to++] = starts[batch] + filled[batch];
      picked[batch][filled[batch]++] = from + element;
    }
  }
  const children = columns.map((column, batch) => takeColumn(column.child, picked[batch]));
  return { offsets, child: takeColumn(concatColumns(children), order) };
}

function elementsOf(columns: readonly ListColumn[], address: number): number {
  const { offsets } = columns[batchOf(address)];
  return offsets[rowOf(address) + 1] - offsets[rowOf(address)];
}

function gatherOffsets(sources: readonly Int32Array[], addresses: Int32Array): Int32Array {
  const offsets = new Int32Array(addresses.length + 1);
  let total = 0;
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i];
    if (address >= 0) {
      const from = sources[batchOf(address)];
      const row = rowOf(address);
      total += from[row + 1] - from[row];
    }
    if (total > 0x7fffffff) throw new ValueError('54000', 'the values of a batch take more than 2 GiB');
    offsets[i + 1] = total;
  }
  return offsets;
}
