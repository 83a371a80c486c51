import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch, Schema } from '../../../src/columnar/batch.js';
import { BatchMaker } from '../../../src/connectors/postgres/batch-maker.js';
import { CopyFieldFinder } from '../../../src/connectors/postgres/find-fields.js';
import { COPY_DATA, MessageScanner } from '../../../src/connectors/postgres/message-scanner.js';
import { readDouble } from '../../../src/connectors/postgres/read-double.js';
import { rowsOf } from './read-all.js';

const schema: Schema = {
  fields: [
    { name: 'n', type: { kind: 'int64' }, nullable: true },
    { name: 't', type: { kind: 'text' }, nullable: true },
    { name: 'd', type: { kind: 'float64' }, nullable: true },
  ],
};

function message(code: string, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(5 + payload.length);
  bytes.write(code, 0, 'latin1');
  bytes.writeInt32BE(payload.length + 4, 1);
  payload.copy(bytes, 5);
  return bytes;
}

function copyRow(row: readonly (string | null)[]): Buffer {
  const escapes: Record<string, string> = {
    '\\': '\\\\',
    '\t': '\\t',
    '\n': '\\n',
    '\r': '\\r',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
  };
  const text = row.map((cell) =>
    cell === null ? '\\N' : cell.replace(/[\\\t\n\r\b\f\v]/g, (letter) => escapes[letter]),
  );
  return message('d', Buffer.from(`${text.join('\t')}\n`));
}

/** Feeds the bytes in chunks of the given sizes, over and over, taking batches as they get full. */
function scanAll(
  bytes: Buffer,
  sizes: readonly number[],
  maxRows: number,
  maxRowBytes: number,
): { batches: Batch[]; skipped: number; others: string[] } {
  const others: string[] = [];
  let skipped = 0;
  const maker = new BatchMaker(schema, new CopyFieldFinder(3), maxRows, () => void skipped++);
  const scanner = new MessageScanner(
    COPY_DATA,
    maker,
    maxRowBytes,
    (other) => void others.push(other.toString('latin1')),
  );
  const batches: Batch[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const chunk = Buffer.from(bytes.subarray(at, at + sizes[turn % sizes.length]));
    at += chunk.length;
    for (let inside = 0; inside < chunk.length;) {
      inside = scanner.scan(chunk, inside);
      if (maker.isFull) batches.push(maker.finish()!);
    }
  }
  const last = maker.finish();
  return { batches: last === null ? batches : [...batches, last], skipped, others };
}

const cell = fc.option(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom('\\', '\t', '\n', 'N', 'a'), maxLength: 150 }),
  ),
  { freq: 4 },
);
const row = fc.tuple(
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  cell,
  fc.option(fc.integer().map(String)),
);

test('rows come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      (rows, sizes, maxRows) => {
        const bytes = Buffer.concat([
          message('H', Buffer.alloc(9)),
          ...rows.flatMap((one, i) => (i === 3 ? [message('N', Buffer.from('notice')), copyRow(one)] : [copyRow(one)])),
          message('c', Buffer.alloc(0)),
          message('Z', Buffer.from('T')),
        ]);
        const { batches, others } = scanAll(bytes, sizes, maxRows, 1 << 20);
        expect(rowsOf(batches)).toEqual(rows);
        expect(batches.every((batch) => batch.length <= maxRows)).toBe(true);
        expect(others.map((other) => other[0]).join('')).toBe(rows.length > 3 ? 'HNcZ' : 'HcZ');
      },
    ),
  );
});

test('a row that is too large is counted and nothing of the next is lost, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }),
      (lengths, sizes) => {
        const rows = lengths.map((length, i) => [String(i), 'x'.repeat(length), null]);
        const { batches, skipped } = scanAll(Buffer.concat(rows.map(copyRow)), sizes, 8, 100);
        const fit = rows.filter((one) => copyRow(one).length - 5 <= 100);
        expect(rowsOf(batches)).toEqual(fit);
        expect(skipped).toBe(rows.length - fit.length);
      },
    ),
  );
});

test('bytes that are no rows of ours are refused, not guessed at', () => {
  for (const bytes of [
    copyRow(['1', 'x']),
    copyRow(['1', 'x', '2', null]),
    copyRow(['\\', 'x']),
    Buffer.from('d\x00\x00\x00\x03xxx'),
  ]) {
    expect(() => scanAll(bytes, [1000], 10, 1000)).toThrow(expect.objectContaining({ code: 'ETL-4109' }) as Error);
  }
});

test('doubles are the nearest ones', () => {
  const read = (text: string): number => readDouble(Buffer.from(`x${text}y`), 1, text.length + 1);
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 12 });
  const texts = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.double({ min: -1000, max: 1000, noNaN: true }).map(String),
    fc.tuple(fc.constantFrom('', '-'), digits, digits).map(([sign, whole, rest]) => `${sign}${whole}.${rest}`),
    fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }).map(String),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const value = read(text);
      if (!Number.isNaN(value)) expect([text, Object.is(value, Number(text))]).toEqual([text, true]);
    }),
    { numRuns: 5000 },
  );
  expect([read('0.1'), read('-31.66897714491452'), read('-0'), read('123456789012345678')]).toEqual([
    0.1, -31.66897714491452, -0, 123456789012345680,
  ]);
  expect([read('1e5'), read('NaN'), read('Infinity'), read('1.2.3')]).toEqual([NaN, NaN, NaN, NaN]);
});
