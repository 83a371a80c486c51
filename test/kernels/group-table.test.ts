/** The group tables number groups alike, and as a Map of texts does. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Schema } from '../../src/columnar/batch.js';
import {
  createBuilder,
  type BytesBuilder,
  type Int32Builder,
  type Int64Builder,
} from '../../src/columnar/column-builder.js';
import { cellText } from '../../src/columnar/js-value.js';
import { isValid, type Column } from '../../src/columnar/column.js';
import { AnyGroupTable } from '../../src/kernels/any-group-table.js';
import { BytesGroupTable } from '../../src/kernels/bytes-group-table.js';
import { createGroupTable } from '../../src/kernels/create-group-table.js';
import { IntegerGroupTable } from '../../src/kernels/integer-group-table.js';

const integer = fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
const text = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'Zoë', 'user-1', 'user-12', 'user-13', 'user-123'),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  // Longer than what the table begins with.
  fc.string({ minLength: 250, maxLength: 400 }),
);

/** What fits its table, as text: NULL is null. */
const tested = {
  int32: { Table: IntegerGroupTable, values: integer.map((value) => String(BigInt.asIntN(32, value))) },
  int64: { Table: IntegerGroupTable, values: integer.map(String) },
  text: { Table: BytesGroupTable, values: text },
} as const;

type Kind = keyof typeof tested;

function columnOf(kind: Kind, list: readonly (string | null)[]): Column {
  const builder = createBuilder({ kind }, list.length) as BytesBuilder | Int32Builder | Int64Builder;
  for (const one of list) {
    if (one === null) builder.appendNull();
    else if (builder.layout === 'int32') builder.append(Number(one));
    else if (builder.layout === 'int64') builder.appendBigInt(BigInt(one));
    else builder.appendString(one);
  }
  return builder.finish();
}

test.each(Object.keys(tested) as Kind[])('%s', (kind) => {
  const { Table, values } = tested[kind];
  const value = fc.option(values, { freq: 6 });
  const schema: Schema = { fields: [{ name: 'k', type: { kind }, nullable: true }] };
  fc.assert(
    fc.property(fc.array(fc.array(value, { maxLength: 60 }), { maxLength: 6 }), (lists) => {
      const tables = [createGroupTable(schema), new AnyGroupTable(schema)];
      expect(tables[0]).toBeInstanceOf(Table);
      const numbers = new Map<string, number>();
      let capacity = 0;
      for (const list of lists) {
        const column = columnOf(kind, list);
        const batch = { schema, columns: [column], length: list.length, selection: null };
        const cell = (row: number): string => (isValid(column, row) ? cellText(column, row) : 'NULL');
        const expected = list.map((_, row) => {
          if (!numbers.has(cell(row))) numbers.set(cell(row), numbers.size);
          return numbers.get(cell(row));
        });
        while (capacity < numbers.size) capacity = Math.max(64, 2 * capacity);
        for (const table of tables) {
          table.resize(Math.max(64, capacity * 2));
          const groups = new Int32Array(list.length);
          table.assign(batch, groups);
          expect([...groups]).toEqual(expected);
          table.find(batch, groups);
          expect([...groups]).toEqual(expected);
        }
      }
      if (numbers.size === 0) return;
      const all = Int32Array.from({ length: numbers.size }, (_, group) => group);
      for (const table of tables) {
        const [keys] = table.take(all).columns;
        const found = [...all].map((row) => (isValid(keys!, row) ? cellText(keys!, row) : 'NULL'));
        expect(found).toEqual([...numbers.keys()]);
        const sorted = table.keys.flatMap(({ columns, length }) =>
          Array.from({ length }, (_, row) => (isValid(columns[0]!, row) ? cellText(columns[0]!, row) : 'NULL')),
        );
        expect(sorted).toEqual(found);
      }
    }),
    { numRuns: 200 },
  );
});

/** Keys that lie close, in order or not, beside keys all over. */
const closeKeys = fc
  .tuple(
    fc.constantFrom(0n, 1n, -40n, 2n ** 53n - 41n, -(2n ** 53n) + 1n, 2n ** 62n),
    fc.oneof(
      fc.nat(40).map((count) => Array.from({ length: count }, (_, i) => i)),
      fc.array(fc.option(fc.nat(40), { freq: 9 }), { maxLength: 60 }),
    ),
  )
  .map(([first, places]) => places.map((place) => (place === null ? null : String(first + BigInt(place)))));

test('integers that are announced are grouped as others are', () => {
  const anywhere = fc.array(fc.option(integer.map(String), { freq: 6 }), { maxLength: 60 });
  for (const kind of ['int32', 'int64'] as const) {
    const schema: Schema = { fields: [{ name: 'k', type: { kind }, nullable: true }] };
    const batchOf = (list: readonly (string | null)[]): Parameters<IntegerGroupTable['find']>[0] => {
      const fitting = list.map((one) =>
        one === null || kind === 'int64' ? one : String(BigInt.asIntN(32, BigInt(one))),
      );
      return { schema, columns: [columnOf(kind, fitting)], length: list.length, selection: null };
    };
    fc.assert(
      fc.property(
        fc.array(fc.oneof(closeKeys, anywhere), { maxLength: 3 }),
        fc.oneof(closeKeys, anywhere),
        (lists, asked) => {
          const [plain, announced] = [0, 1].map(() => new IntegerGroupTable(schema, kind));
          for (const table of [plain, announced]) table!.resize(256);
          announced!.expect(lists.map(batchOf));
          for (const batch of lists.map(batchOf)) {
            const groups = [plain, announced].map((table) => {
              const own = new Int32Array(batch.length);
              table!.assign(batch, own);
              return [...own];
            });
            expect(groups[1]).toEqual(groups[0]);
          }
          for (const batch of [...lists, asked].map(batchOf)) {
            const groups = [plain, announced].map((table) => {
              const own = new Int32Array(batch.length);
              table!.find(batch, own);
              return [...own];
            });
            expect(groups[1]).toEqual(groups[0]);
          }
        },
      ),
    );
  }
});
