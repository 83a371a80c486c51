/**
 * Generated columns: the rows `[from, from + length)` of one, straight into typed arrays.
 *
 * A value depends on seed, column name and row number only, so any cut of the rows into splits and batches gives the same
 * ones, and so does every attempt.
 */
import { bitmapBytes, setBit } from '../../columnar/bitmap.js';
import type { FillColumn, GeneratedColumn } from './columns.js';
import { sequenceColumn, timestampsColumn } from './running-columns.js';
import { labelColumn, textColumn } from './text-columns.js';
import { columnKey, drawBits, unitOf } from './threefry.js';
import { uniformColumn } from './uniform-columns.js';
import { zipfColumn } from './zipf-column.js';

export function columnFiller(name: string, column: GeneratedColumn, seed: string): FillColumn {
  const fill = valueFiller(column, columnKey(seed, name, 'value'));
  if (column.nulls === 0) return fill;
  const valid = validityFiller(column.nulls, columnKey(seed, name, 'null'));
  return (from, length) => {
    const validity = valid(from, length);
    return { ...fill(from, length, validity), validity };
  };
}

function valueFiller({ type, generator }: GeneratedColumn, key: Int32Array): FillColumn {
  switch (generator.kind) {
    case 'sequence':
      return sequenceColumn(generator.start, generator.step);
    case 'uniform':
      return uniformColumn(type, generator.min, generator.max, key);
    case 'zipf':
      return zipfColumn(generator.values, generator.exponent, key);
    case 'text':
      return textColumn(generator.minLength, generator.maxLength, generator.alphabet, key);
    case 'label':
      return labelColumn(generator.prefix, generator.distinct, key);
    case 'timestamps':
      return timestampsColumn(generator.start, generator.step, generator.jitter, key);
    default:
      return generator satisfies never;
  }
}

function validityFiller(nulls: number, key: Int32Array): (from: number, length: number) => Uint8Array {
  const bits = new Int32Array(2);
  return (from, length) => {
    const validity = new Uint8Array(bitmapBytes(length));
    for (let i = 0; i < length; i++) {
      drawBits(key, from + i, 0, bits, 0);
      if (unitOf(bits, 0) >= nulls) setBit(validity, i);
    }
    return validity;
  };
}
