/** Texts, byte by byte into the column's own buffer. A NULL row has none. */
import { getBit } from '../../columnar/bitmap.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import type { FillColumn } from './columns.js';
import { drawBits, unitOf } from './threefry.js';

/** Draw 0 is for the length, each other for four characters. */
export function textColumn(minLength: number, maxLength: number, alphabet: string, key: Int32Array): FillColumn {
  const symbols = Array.from(alphabet, (symbol) => Buffer.from(symbol));
  const bytes = Buffer.concat(symbols);
  const ends = new Int32Array(symbols.length);
  for (let i = 0, end = 0; i < symbols.length; i++) ends[i] = end += symbols[i].length;
  const count = symbols.length;
  const bits = new Int32Array(2);
  return bytesColumn((row, out) => {
    drawBits(key, row, 0, bits, 0);
    const length = minLength + Math.floor(unitOf(bits, 0) * (maxLength - minLength + 1));
    for (let i = 0; i < length; i++) {
      if ((i & 3) === 0) drawBits(key, row, 1 + (i >> 2), bits, 0);
      const word = bits[(i >> 1) & 1];
      const sixteen = (i & 1) === 0 ? word & 0xffff : word >>> 16;
      const symbol = (sixteen * count) >>> 16;
      out.copy(bytes, symbol === 0 ? 0 : ends[symbol - 1], ends[symbol]);
    }
  });
}

export function labelColumn(prefix: string, distinct: number, key: Int32Array): FillColumn {
  const before = Buffer.from(prefix);
  const bits = new Int32Array(2);
  return bytesColumn((row, out) => {
    drawBits(key, row, 0, bits, 0);
    out.copy(before, 0, before.length);
    out.integer(Math.min(distinct, 1 + Math.floor(unitOf(bits, 0) * distinct)));
  });
}

function bytesColumn(write: (row: number, out: ByteWriter) => void): FillColumn {
  return (from, length, validity) => {
    const out = new ByteWriter(16 * length);
    const offsets = new Int32Array(length + 1);
    for (let i = 0; i < length; i++) {
      if (validity === null || getBit(validity, i)) write(from + i, out);
      offsets[i + 1] = out.length;
    }
    return { type: { kind: 'text' }, length, validity: null, layout: 'bytes', offsets, data: out.view() };
  };
}
