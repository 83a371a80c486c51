/**
 * Rows of many batches put in their places among all of them: the counterpart of gathering, for when the source is read once, from
 * front to back, and the rows are written to some hundred places that move on.
 */
import { bitmapBytes, getBit, setBit } from './bitmap.js';
import type { BytesColumn, Column } from './column.js';
import { concatColumns } from './concat-columns.js';
import { copyBytes } from './copy-bytes.js';
import { ValueError } from './row-errors.js';
import { takeColumn } from './take.js';

/** Where the rows of one batch go. */
export interface Placement {
  /** Null: all rows. */
  readonly selection: Int32Array | null;
  /** Of each counted row. */
  readonly places: Int32Array;
}

/** One column of `length` rows: `columns[n]` is that of batch n, of which `placements[n]` tells. Each place is named once; at least one batch. */
export function scatterColumns(columns: readonly Column[], placements: readonly Placement[], length: number): Column {
  const [first] = columns;
  const base = { type: first.type, length, validity: scatterValidity(columns, placements, length) };
  switch (first.layout) {
    case 'bits': {
      const bits = (columns as readonly (typeof first)[]).map((column) => column.values);
      return { ...base, layout: 'bits', values: scatterBits(bits, placements, length) };
    }
    case 'int32': {
      const values = (columns as readonly (typeof first)[]).map((column) => column.values);
      return { ...base, layout: 'int32', values: scatterNumbers(values, placements, new Int32Array(length)) };
    }
    case 'float64': {
      const values = (columns as readonly (typeof first)[]).map((column) => column.values);
      return { ...base, layout: 'float64', values: scatterNumbers(values, placements, new Float64Array(length)) };
    }
    case 'int64': {
      const words = (columns as readonly (typeof first)[]).map((column) => column.words);
      const placed = new Int32Array(2 * length);
      scatterWords(words, placements, 2, placed);
      return { ...base, layout: 'int64', words: placed, values: new BigInt64Array(placed.buffer) };
    }
    case 'decimal128':
    case 'interval': {
      const words = (columns as readonly (typeof first)[]).map((column) => column.words);
      const placed = new Int32Array(4 * length);
      scatterWords(words, placements, 4, placed);
      return { ...base, layout: first.layout, words: placed };
    }
    case 'bytes':
      return { ...base, layout: 'bytes', ...scatterBytes(columns as readonly BytesColumn[], placements, length) };
    case 'list':
      return takeColumn(concatColumns(columns), placedRows(columns, placements, length));
    default:
      return first satisfies never;
  }
}

function scatterValidity(
  columns: readonly Column[],
  placements: readonly Placement[],
  length: number,
): Uint8Array | null {
  if (columns.every((column) => column.validity === null)) return null;
  const placed = new Uint8Array(bitmapBytes(length));
  columns.forEach(({ validity }, batch) => {
    const { selection, places } = placements[batch];
    for (let i = 0; i < places.length; i++)
      if (validity === null || getBit(validity, selection === null ? i : selection[i])) setBit(placed, places[i]);
  });
  return placed;
}

function scatterBits(bits: readonly Uint8Array[], placements: readonly Placement[], length: number): Uint8Array {
  const placed = new Uint8Array(bitmapBytes(length));
  bits.forEach((source, batch) => {
    const { selection, places } = placements[batch];
    for (let i = 0; i < places.length; i++)
      if (getBit(source, selection === null ? i : selection[i])) setBit(placed, places[i]);
  });
  return placed;
}

function scatterNumbers<T extends Int32Array | Float64Array>(
  values: readonly T[],
  placements: readonly Placement[],
  placed: T,
): T {
  for (let batch = 0; batch < values.length; batch++) {
    const source = values[batch];
    const { selection, places } = placements[batch];
    for (let i = 0; i < places.length; i++) placed[places[i]] = source[selection === null ? i : selection[i]];
  }
  return placed;
}

function scatterWords(
  words: readonly Int32Array[],
  placements: readonly Placement[],
  perRow: 2 | 4,
  placed: Int32Array,
): void {
  for (let batch = 0; batch < words.length; batch++) {
    const source = words[batch];
    const { selection, places } = placements[batch];
    for (let i = 0; i < places.length; i++) {
      const from = perRow * (selection === null ? i : selection[i]);
      const to = perRow * places[i];
      placed[to] = source[from];
      placed[to + 1] = source[from + 1];
      if (perRow === 2) continue;
      placed[to + 2] = source[from + 2];
      placed[to + 3] = source[from + 3];
    }
  }
}

function scatterBytes(
  columns: readonly BytesColumn[],
  placements: readonly Placement[],
  length: number,
): { offsets: Int32Array; data: Uint8Array } {
  const placed = new Int32Array(length + 1);
  columns.forEach(({ offsets }, batch) => {
    const { selection, places } = placements[batch];
    for (let i = 0; i < places.length; i++) {
      const row = selection === null ? i : selection[i];
      placed[places[i] + 1] = offsets[row + 1] - offsets[row];
    }
  });
  let total = 0;
  for (let place = 1; place <= length; place++) {
    total += placed[place];
    if (total > 0x7fffffff) throw new ValueError('54000', 'the values of a batch take more than 2 GiB');
    placed[place] = total;
  }
  const data = Buffer.allocUnsafeSlow(total);
  columns.forEach(({ offsets, data: source }, batch) => {
    const { selection, places } = placements[batch];
    for (let i = 0; i < places.length; i++) {
      const row = selection === null ? i : selection[i];
      copyBytes(source, offsets[row], offsets[row + 1], data, placed[places[i]]);
    }
  });
  return { offsets: placed, data };
}

/** Which of all rows, batch behind batch, comes to each place. */
function placedRows(columns: readonly Column[], placements: readonly Placement[], length: number): Int32Array {
  const rows = new Int32Array(length);
  let before = 0;
  columns.forEach((column, batch) => {
    const { selection, places } = placements[batch];
    for (let i = 0; i < places.length; i++) rows[places[i]] = before + (selection === null ? i : selection[i]);
    before += column.length;
  });
  return rows;
}
