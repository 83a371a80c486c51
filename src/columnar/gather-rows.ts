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
import { concatColumns } from './concat-columns.js';
import { hasAbsent, takeColumn } from './take.js';

/** The batches have the schema's columns; their selections do not matter, addresses count all rows. */
export function gatherRows(schema: Schema, batches: readonly Batch[], addresses: Int32Array): Batch {
  return rowGatherer(schema, batches)(addresses);
}

/** The same for many lists of addresses: what is to be known of the batches is looked up once. */
export function rowGatherer(schema: Schema, batches: readonly Batch[]): (addresses: Int32Array) => Batch {
  const gatherers = schema.fields.map((_, index) => columnGatherer(batches.map((batch) => batch.columns[index])));
  return (addresses) => {
    const absent = hasAbsent(addresses);
    const columns = gatherers.map((gather) => gather(addresses, absent));
    return { schema, columns, length: addresses.length, selection: null };
  };
}

/** The cells at `addresses` of one field; `columns[n]` is that of batch n. At least one; all of one type. */
export function gatherColumn(columns: readonly Column[], addresses: Int32Array): Column {
  return columnGatherer(columns)(addresses);
}

/** `absent`: are there addresses of no row? */
export type ColumnGatherer = (addresses: Int32Array, absent?: boolean) => Column;

export function columnGatherer(columns: readonly Column[]): ColumnGatherer {
  const [first] = columns;
  const { type } = first;
  const bitmaps = columns.map((column) => column.validity);
  const hasNulls = bitmaps.some((bitmap) => bitmap !== null);
  const gather = cellGatherer(columns);
  return (addresses, absent = hasAbsent(addresses)) => {
    const validity = absent || hasNulls ? gatherValidity(bitmaps, addresses) : null;
    return { type, length: addresses.length, validity, ...gather(addresses) };
  };
}

type Cells<Of> = Of extends Column ? Omit<Of, 'type' | 'length' | 'validity'> : never;

function cellGatherer(columns: readonly Column[]): (addresses: Int32Array) => Cells<Column> {
  const [first] = columns;
  switch (first.layout) {
    case 'bits': {
      const bits = (columns as readonly (typeof first)[]).map((column) => column.values);
      return (addresses) => ({ layout: 'bits', values: gatherBits(bits, addresses) });
    }
    case 'int32': {
      const values = (columns as readonly (typeof first)[]).map((column) => column.values);
      return (addresses) => ({
        layout: 'int32',
        values: gatherNumbers(values, addresses, new Int32Array(addresses.length)),
      });
    }
    case 'float64': {
      const values = (columns as readonly (typeof first)[]).map((column) => column.values);
      return (addresses) => ({
        layout: 'float64',
        values: gatherNumbers(values, addresses, new Float64Array(addresses.length)),
      });
    }
    case 'int64': {
      const words = (columns as readonly (typeof first)[]).map((column) => column.words);
      return (addresses) => {
        const gathered = gatherWords(words, addresses, 2);
        return { layout: 'int64', values: new BigInt64Array(gathered.buffer), words: gathered };
      };
    }
    case 'decimal128':
    case 'interval': {
      const { layout } = first;
      const words = (columns as readonly (typeof first)[]).map((column) => column.words);
      return (addresses) => ({ layout, words: gatherWords(words, addresses, 4) });
    }
    case 'bytes': {
      const offsets = (columns as readonly BytesColumn[]).map((column) => column.offsets);
      const data = (columns as readonly BytesColumn[]).map((column) => column.data);
      return (addresses) => ({ layout: 'bytes', ...gatherBytes(offsets, data, addresses) });
    }
    case 'list':
      return (addresses) => ({ layout: 'list', ...gatherLists(columns as readonly ListColumn[], addresses) });
    default:
      return first satisfies never;
  }
}

function gatherValidity(bitmaps: readonly (Uint8Array | null)[], addresses: Int32Array): Uint8Array {
  const gathered = new Uint8Array(bitmapBytes(addresses.length));
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i];
    if (address < 0) continue;
    const bits = bitmaps[batchOf(address)];
    if (bits === null || getBit(bits, rowOf(address))) setBit(gathered, i);
  }
  return gathered;
}

function gatherBits(columns: readonly Uint8Array[], addresses: Int32Array): Uint8Array {
  const gathered = new Uint8Array(bitmapBytes(addresses.length));
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i];
    if (address >= 0 && getBit(columns[batchOf(address)], rowOf(address))) setBit(gathered, i);
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

function gatherWords(words: readonly Int32Array[], addresses: Int32Array, perRow: 2 | 4): Int32Array<ArrayBuffer> {
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
  sources: readonly Int32Array[],
  data: readonly Uint8Array[],
  addresses: Int32Array,
): { offsets: Int32Array; data: Uint8Array } {
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
