/**
 * The model that kernels are compared with: the values of each type in PostgreSQL's ascending order, equal ones together.
 * A cell's rank is all a naive version needs. `ordered-values.test.ts` asks a real PostgreSQL whether the lists are right.
 */
import fc from 'fast-check';
import type { Column } from '../../src/columnar/column.js';
import type { DataType } from '../../src/columnar/data-type.js';
import type { SortKey } from '../../src/columnar/sort-key.js';
import { columnFrom } from '../columnar/cells.js';

export interface OrderedValues {
  readonly type: DataType;
  readonly ascending: readonly (readonly string[])[];
}

const one = (...texts: readonly string[]): readonly (readonly string[])[] => texts.map((text) => [text]);
const int64s = ['-9223372036854775808', '-4294967297', '-4294967296', '-1', '0', '1', '2147483648', '4294967295'];
const floats = [['-Infinity'], ['-1.5'], ['-1e-40'], ['0', '-0'], ['1e-40'], ['1.5'], ['Infinity'], ['NaN']];
const timestamps = ['-infinity', '0044-03-15 12:00:00 BC', '1969-12-31 23:59:59.999999', '2024-02-29 00:00:00'];
const texts = [
  '',
  'A',
  'B',
  'a',
  'a longer text, number 1',
  'a longer text, number 2',
  'aa',
  'ab',
  'ä',
  'é',
  '漢',
  '😀',
];

export const orderedValues: readonly OrderedValues[] = [
  { type: { kind: 'boolean' }, ascending: one('f', 't') },
  { type: { kind: 'int16' }, ascending: one('-32768', '-1', '0', '1', '32767') },
  { type: { kind: 'int32' }, ascending: one('-2147483648', '-1', '0', '1', '65536', '2147483647') },
  { type: { kind: 'int64' }, ascending: one(...int64s, '4294967296', '9007199254740993', '9223372036854775807') },
  { type: { kind: 'float32' }, ascending: floats },
  { type: { kind: 'float64' }, ascending: [...floats.slice(0, 6), ['1.5000000000000002'], ...floats.slice(6)] },
  {
    type: { kind: 'decimal', precision: 9, scale: 2 },
    ascending: one('-9999999.99', '-0.01', '0', '0.01', '9999999.99'),
  },
  {
    type: { kind: 'decimal', precision: 18, scale: 0 },
    ascending: one('-999999999999999999', '-1', '0', '4294967296', '999999999999999999'),
  },
  {
    type: { kind: 'decimal', precision: 38, scale: 10 },
    ascending: one(
      '-9999999999999999999999999999.9999999999',
      '-9999999999999999999999999999.9999999998',
      '-922337203.6854775809',
      '-922337203.6854775808',
      '-0.0000000001',
      '0',
      '0.0000000001',
      '429496729.6',
      '1844674407.3709551616',
      '79228162514264337.5935439503',
      '9999999999999999999999999999.9999999999',
    ),
  },
  {
    type: { kind: 'numeric' },
    ascending: [
      ['-Infinity'],
      ['-123456789012345678901234567890.5'],
      ['-100'],
      ['-10.5', '-10.50'],
      ['-10.4'],
      ['-0.001'],
      ['0', '0.00'],
      ['0.0000000000000000000001'],
      ['0.5'],
      ['1', '1.0', '1.00'],
      ['1.5', '1.500'],
      ['9.99'],
      ['10', '10.0'],
      ['100'],
      ['12345678901234567890'],
      ['12345678901234567890.1'],
      ['Infinity'],
      ['NaN'],
    ],
  },
  { type: { kind: 'text' }, ascending: one(...texts) },
  {
    type: { kind: 'uuid' },
    ascending: one(
      '00000000-0000-0000-0000-000000000000',
      '123e4567-e89b-12d3-a456-426614174000',
      '123e4567-e89b-12d3-a456-426614174001',
      'a23e4567-e89b-12d3-a456-426614174000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
    ),
  },
  { type: { kind: 'bytea' }, ascending: one('\\x', '\\x00', '\\x0000', '\\x01', '\\x7f', '\\x80', '\\xff', '\\xff00') },
  { type: { kind: 'date' }, ascending: one('-infinity', '0044-03-15 BC', '1969-12-31', '1970-01-01', 'infinity') },
  { type: { kind: 'time' }, ascending: one('00:00:00', '00:00:00.000001', '23:59:59.999999', '24:00:00') },
  { type: { kind: 'timestamp' }, ascending: one(...timestamps, 'infinity') },
  { type: { kind: 'timestamptz' }, ascending: one('-infinity', '1969-12-31 23:59:59+00', '2024-02-29 00:00:00+00') },
  {
    type: { kind: 'interval' },
    ascending: [
      ['-1 years', '-360 days'],
      ['-1 days'],
      ['-00:00:00.000001', '-1 days +23:59:59.999999'],
      ['00:00:00', '1 day -24:00:00'],
      ['00:00:00.000001'],
      ['29 days 23:59:59'],
      ['1 mon', '30 days', '720:00:00'],
      ['30 days 00:00:00.000001'],
      ['178000000 years'],
    ],
  },
  {
    type: { kind: 'list', element: { kind: 'int32' } },
    ascending: one('{}', '{-1}', '{1}', '{1,1}', '{1,NULL}', '{2}', '{NULL}'),
  },
  {
    type: { kind: 'list', element: { kind: 'list', element: { kind: 'text' } } },
    ascending: one('{}', '{{a}}', '{{a,b}}', '{{a},{b}}', '{{a,b},{c,d}}', '{{b}}'),
  },
  {
    type: { kind: 'jsonb' },
    ascending: [
      ['[]'],
      ['null'],
      ['""'],
      ['"a"'],
      ['"a.0"'],
      ['"a.00"'],
      ['"b\\"c"'],
      ['-1.5', '-1.50'],
      ['0', '0.0'],
      ['1', '1.0', '1.00'],
      ['1.05', '1.0500'],
      ['20'],
      ['false'],
      ['true'],
      ['["a"]'],
      ['[1]', '[1.0]'],
      ['[true]'],
      ['[[]]'],
      ['[{}]'],
      ['[1, 2]', '[1.00, 2.0]'],
      ['[2, 1]'],
      ['{}'],
      ['{"a": null}'],
      ['{"a": 1}', '{"a": 1.0}'],
      ['{"a": [1, 2]}'],
      ['{"b": 0}'],
      ['{"a": 1, "b": {"c": 2.50}}', '{"b": {"c": 2.5}, "a": 1.0}'],
    ],
  },
];

/** A column and, for each row, the rank of its value, or null. */
export interface Modelled {
  readonly column: Column;
  readonly ranks: readonly (number | null)[];
}

/** Columns of one type, each of up to `maxLength` rows, with or without NULLs. */
export function anyModelled(
  { type, ascending }: OrderedValues,
  options: { readonly minLength?: number; readonly maxLength: number; readonly nulls?: boolean },
): fc.Arbitrary<Modelled> {
  const cell = fc
    .nat({ max: ascending.length - 1 })
    .chain((rank) => fc.constantFrom(...ascending[rank]).map((text) => ({ rank, text })));
  const cells = options.nulls === false ? cell : fc.option(cell, { freq: 4 });
  return fc.array(cells, { minLength: options.minLength ?? 0, maxLength: options.maxLength }).map((drawn) => ({
    column: columnFrom(
      type,
      drawn.map((value) => value?.text ?? null),
    ),
    ranks: drawn.map((value) => value?.rank ?? null),
  }));
}

/** Several columns of the same rows. */
export function anyModelledRows(
  types: readonly OrderedValues[],
  options: { readonly minLength?: number; readonly maxLength: number; readonly nulls?: boolean },
): fc.Arbitrary<readonly Modelled[]> {
  return fc
    .integer({ min: options.minLength ?? 0, max: options.maxLength })
    .chain((length) =>
      fc.tuple(
        ...types.map((values) => anyModelled(values, { minLength: length, maxLength: length, nulls: options.nulls })),
      ),
    );
}

/** One to three types. */
export const anyTypes: fc.Arbitrary<readonly OrderedValues[]> = fc.array(fc.constantFrom(...orderedValues), {
  minLength: 1,
  maxLength: 3,
});

/** Row numbers of a batch of `length` rows, ascending. */
export function anySelection(length: number): fc.Arbitrary<Int32Array | null> {
  const rows = Array.from({ length }, (_, row) => row);
  return fc.option(fc.subarray(rows).map((picked) => Int32Array.from(picked)));
}

/** One key per column, in any order of the columns. */
export function anySortKeys(columns: number): fc.Arbitrary<readonly SortKey[]> {
  const order = fc.shuffledSubarray(
    Array.from({ length: columns }, (_, column) => column),
    { minLength: 1 },
  );
  return order.chain((picked) =>
    fc.tuple(
      ...picked.map((column) =>
        fc.record({ column: fc.constant(column), descending: fc.boolean(), nullsFirst: fc.boolean() }),
      ),
    ),
  );
}

/** The naive comparison: -1, 0 or 1. */
export function compareRanks(
  keys: readonly SortKey[],
  left: readonly Modelled[],
  i: number,
  right: readonly Modelled[],
  j: number,
): number {
  for (const { column, descending, nullsFirst } of keys) {
    const a = left[column].ranks[i];
    const b = right[column].ranks[j];
    if (a === b) continue;
    if (a === null || b === null) return (a === null) === nullsFirst ? -1 : 1;
    return a < b === descending ? 1 : -1;
  }
  return 0;
}
