import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countBits, countValid, getBit } from '../../src/columnar/bitmap.js';
import { isValid, type Column } from '../../src/columnar/column.js';
import {
  createBuilder,
  type BytesBuilder,
  type ColumnBuilder,
  type ListBuilder,
} from '../../src/columnar/column-builder.js';
import type { DataType } from '../../src/columnar/data-type.js';
import { decimalToBigInt } from '../../src/columnar/decimal.js';

const kinds = ['bits', 'int32', 'int64', 'float64', 'decimal128', 'bytes', 'interval', 'list'] as const;
const types: Record<(typeof kinds)[number], DataType> = {
  bits: { kind: 'boolean' },
  int32: { kind: 'int32' },
  int64: { kind: 'int64' },
  float64: { kind: 'float64' },
  decimal128: { kind: 'decimal', precision: 38, scale: 3 },
  bytes: { kind: 'text' },
  interval: { kind: 'interval' },
  list: { kind: 'list', element: { kind: 'text' } },
};

/** What a test appends for number `n`, and reads back. */
function append(builder: ColumnBuilder, n: bigint | null): void {
  if (n === null) return builder.appendNull();
  switch (builder.layout) {
    case 'bits':
      return builder.append((n & 1n) === 1n);
    case 'int32':
      return builder.append(Number(BigInt.asIntN(32, n)));
    case 'int64':
      return builder.appendBigInt(n);
    case 'float64':
      return builder.append(Number(n));
    case 'decimal128':
      return builder.appendBigInt(n * n);
    case 'bytes':
      return builder.appendString(`é${n}`);
    case 'interval':
      return builder.append(1, -2, n);
    case 'list':
      for (let i = 0n; i < (n & 3n); i++) (builder.child as BytesBuilder).appendString(`${n}.${i}`);
      return builder.endList();
  }
}

function expected(layout: Column['layout'], n: bigint | null): unknown {
  if (n === null) return null;
  switch (layout) {
    case 'bits':
      return (n & 1n) === 1n;
    case 'int32':
      return Number(BigInt.asIntN(32, n));
    case 'int64':
      return n;
    case 'float64':
      return Number(n);
    case 'decimal128':
      return n * n;
    case 'bytes':
      return `é${n}`;
    case 'interval':
      return [1, -2, n];
    case 'list':
      return Array.from({ length: Number(n & 3n) }, (_, i) => `${n}.${i}`);
  }
}

function read(column: Column, row: number): unknown {
  if (!isValid(column, row)) return null;
  switch (column.layout) {
    case 'bits':
      return getBit(column.values, row);
    case 'int32':
    case 'float64':
    case 'int64':
      return column.values[row];
    case 'decimal128':
      return decimalToBigInt(column.words, row);
    case 'bytes':
      return Buffer.from(column.data.subarray(column.offsets[row], column.offsets[row + 1])).toString();
    case 'interval':
      return [
        column.words[4 * row],
        column.words[4 * row + 1],
        (BigInt(column.words[4 * row + 3]) << 32n) | BigInt(column.words[4 * row + 2] >>> 0),
      ];
    case 'list':
      return Array.from({ length: column.offsets[row + 1] - column.offsets[row] }, (_, i) =>
        read(column.child, column.offsets[row] + i),
      );
  }
}

const cells = fc.array(fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), { maxLength: 60 });

test.each(kinds)('%s: what was appended is read back, and a truncated row leaves nothing', (layout) => {
  fc.assert(
    fc.property(cells, cells, cells, (kept, dropped, later) => {
      const builder = createBuilder(types[layout], 1);
      for (const round of [0, 1]) {
        for (const n of kept) append(builder, n);
        for (const n of dropped) append(builder, n);
        builder.truncate(kept.length);
        for (const n of later) append(builder, n);
        const all = [...kept, ...later];
        expect(builder.length, `round ${round}`).toBe(all.length);
        const column = builder.finish();
        expect(Array.from({ length: column.length }, (_, row) => read(column, row))).toEqual(
          all.map((n) => expected(layout, n)),
        );
        expect(countValid(column)).toBe(all.filter((n) => n !== null).length);
        expect(builder.length).toBe(0);
      }
    }),
    { numRuns: 40 },
  );
});

test('a row that fails inside a list takes its elements with it', () => {
  const builder = createBuilder(types.list) as ListBuilder;
  append(builder, 2n);
  (builder.child as BytesBuilder).appendString('half');
  builder.truncate(1);
  append(builder, null);
  append(builder, 1n);
  const column = builder.finish();
  expect([0, 1, 2].map((row) => read(column, row))).toEqual([['2.0', '2.1'], null, ['1.0']]);
});

test('safe integers are stored as BigInt stores them', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (n) => {
      const int64 = createBuilder(types.int64);
      const decimal = createBuilder(types.decimal128);
      if (int64.layout !== 'int64' || decimal.layout !== 'decimal128') throw new Error();
      int64.appendNumber(n);
      decimal.appendNumber(n);
      expect(int64.finish().values[0]).toBe(BigInt(n));
      expect(decimalToBigInt(decimal.finish().words, 0)).toBe(BigInt(n));
    }),
  );
});

test('byteSize grows with what is held, and one wide row does not widen the batches after it', () => {
  const builder = createBuilder(types.bytes, 8);
  if (builder.layout !== 'bytes') throw new Error();
  builder.appendString('x'.repeat(100_000));
  expect(builder.byteSize).toBe(100_004);
  builder.finish();
  builder.appendString('y');
  builder.finish();
  expect(builder.data.length).toBeLessThan(100);
});

test('countBits ignores what stands behind', () => {
  expect(countBits(Uint8Array.of(0xff, 0xff), 11)).toBe(11);
});
