/**
 * Uniform values of each layout. `span` is the number of values, `max - min + 1`.
 *
 * Up to 2^32 of them 53 random bits are scaled, which makes no value likelier than another by more than 2^-21. Above,
 * words of as many bits as `max - min` has are drawn until they are not larger (two draws at most, on average), then `min` is
 * added word by word: exact up to 128 bits without a BigInt.
 */
import type { Column } from '../../columnar/column.js';
import { layoutOf, type DataType } from '../../columnar/data-type.js';
import type { FillColumn } from './columns.js';
import { drawBits, MOST_DRAWS, unitOf } from './threefry.js';
import { addWords, isAtMost, wordsOf } from './words.js';

const WORD = 4294967296;

export function uniformColumn(type: DataType, min: string, max: string, key: Int32Array): FillColumn {
  const layout = layoutOf(type);
  switch (layout) {
    case 'float64':
      return doubles(type, Number(min), Number(max), key);
    case 'int32':
      return smallIntegers(type, Number(min), Number(max) - Number(min) + 1, key);
    case 'int64': {
      const fill = wordFiller(BigInt(min), BigInt(max), 2, key);
      return (from, length): Column => {
        const words = fill(from, length);
        return { type, length, validity: null, layout, words, values: new BigInt64Array(words.buffer) };
      };
    }
    case 'decimal128': {
      const fill = wordFiller(BigInt(min), BigInt(max), 4, key);
      return (from, length): Column => ({ type, length, validity: null, layout, words: fill(from, length) });
    }
    case 'bits':
    case 'bytes':
    case 'interval':
    case 'list':
      throw new TypeError(`no uniform ${type.kind}`);
    default:
      return layout satisfies never;
  }
}

function doubles(type: DataType, min: number, max: number, key: Int32Array): FillColumn {
  const bits = new Int32Array(2);
  return (from, length) => {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      drawBits(key, from + i, 0, bits, 0);
      const unit = unitOf(bits, 0);
      // Not min + unit * (max - min): that difference may be infinite. Rounding may pass the bounds by a bit.
      values[i] = Math.min(max, Math.max(min, min * (1 - unit) + max * unit));
    }
    return { type, length, validity: null, layout: 'float64', values };
  };
}

function smallIntegers(type: DataType, min: number, span: number, key: Int32Array): FillColumn {
  const bits = new Int32Array(2);
  return (from, length) => {
    const values = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      drawBits(key, from + i, 0, bits, 0);
      values[i] = min + Math.floor(unitOf(bits, 0) * span);
    }
    return { type, length, validity: null, layout: 'int32', values };
  };
}

/** Integers of `perRow` words, low word first. */
function wordFiller(
  min: bigint,
  max: bigint,
  perRow: 2 | 4,
  key: Int32Array,
): (from: number, length: number) => Int32Array<ArrayBuffer> {
  const draw = max - min < WORD ? scaledDraw(Number(max - min) + 1, perRow, key) : rejectedDraw(max - min, perRow, key);
  const base = wordsOf(min, perRow);
  return (from, length) => {
    const words = new Int32Array(perRow * length);
    for (let i = 0; i < length; i++) {
      draw(from + i, words, perRow * i);
      addWords(base, words, perRow * i);
    }
    return words;
  };
}

type Draw = (row: number, words: Int32Array, at: number) => void;

/** The words behind the first stay 0. */
function scaledDraw(span: number, perRow: 2 | 4, key: Int32Array): Draw {
  const bits = new Int32Array(perRow);
  return (row, words, at) => {
    drawBits(key, row, 0, bits, 0);
    words[at] = Math.floor(unitOf(bits, 0) * span);
  };
}

function rejectedDraw(largest: bigint, perRow: 2 | 4, key: Int32Array): Draw {
  const most = wordsOf(largest, perRow);
  const mask = wordsOf((1n << BigInt(largest.toString(2).length)) - 1n, perRow);
  return (row, words, at) => {
    for (let draw = 0; ; draw = (draw + perRow / 2) % MOST_DRAWS) {
      for (let word = 0; word < perRow; word += 2) drawBits(key, row, draw + word / 2, words, at + word);
      for (let word = 0; word < perRow; word++) words[at + word] &= mask[word];
      if (isAtMost(words, at, most)) return;
    }
  };
}
