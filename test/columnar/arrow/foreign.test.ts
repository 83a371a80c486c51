/** What other writers put into Arrow: other widths, units and encodings. The writer here is the package `apache-arrow`. */
import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArrowError } from '../../../src/columnar/arrow/arrow-error.js';
import { cellToJs } from '../../../src/columnar/js-value.js';
import { typeName } from '../../../src/columnar/data-type.js';
import { rowsOf } from '../any-batch.js';
import { decodeStream } from './messages.js';

function streamOf(type: arrow.DataType, values: readonly unknown[]): Buffer {
  const vector = arrow.vectorFromArray(values as never[], type);
  return Buffer.from(arrow.tableToIPC(new arrow.Table({ x: vector }), 'stream'));
}

/** The SQL type of a column that was read, and its cells. */
function read(type: arrow.DataType, values: readonly unknown[]): unknown[] {
  const { schema, batches } = decodeStream(streamOf(type, values));
  return [typeName(schema.fields[0].type), ...batches.flatMap(rowsOf).map(([cell]) => cell)];
}

const noon = Date.UTC(2026, 0, 31, 12);

describe('columns of other writers', () => {
  test.each<[name: string, type: arrow.DataType, values: unknown[], expected: unknown[]]>([
    ['int8', new arrow.Int8(), [-128, null, 127], ['smallint', -128, null, 127]],
    ['uint8', new arrow.Uint8(), [0, 255], ['smallint', 0, 255]],
    ['int16', new arrow.Int16(), [-32768, null], ['smallint', -32768, null]],
    ['uint16', new arrow.Uint16(), [65535], ['integer', 65535]],
    ['int32', new arrow.Int32(), [-1, null], ['integer', -1, null]],
    ['uint32', new arrow.Uint32(), [4294967295, 0, null], ['bigint', 4294967295n, 0n, null]],
    ['int64', new arrow.Int64(), [-9007199254740993n, null], ['bigint', -9007199254740993n, null]],
    ['uint64', new arrow.Uint64(), [18446744073709551615n, null], ['numeric(20,0)', '18446744073709551615', null]],
    ['float32', new arrow.Float32(), [0.5, null, Infinity], ['real', 0.5, null, Infinity]],
    ['float64', new arrow.Float64(), [0.1, null], ['double precision', 0.1, null]],
    ['bool', new arrow.Bool(), [true, null, false], ['boolean', true, null, false]],
    ['null', new arrow.Null(), [null, null], ['text', null, null]],
    ['utf8', new arrow.Utf8(), ['', 'é', null], ['text', '', 'é', null]],
    ['large utf8', new arrow.LargeUtf8(), ['a', null, 'ü'], ['text', 'a', null, 'ü']],
    [
      'dictionary',
      new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()),
      ['a', 'b', null, 'a'],
      ['text', 'a', 'b', null, 'a'],
    ],
    [
      'dictionary of large text',
      new arrow.Dictionary(new arrow.LargeUtf8(), new arrow.Uint16()),
      ['x', 'x'],
      ['text', 'x', 'x'],
    ],
    [
      'dictionary of numbers',
      new arrow.Dictionary(new arrow.Float64(), new arrow.Uint32()),
      [5, null],
      ['double precision', 5, null],
    ],
    ['date in days', new arrow.DateDay(), [new Date(noon), null], ['date', '2026-01-31', null]],
    [
      'date in milliseconds',
      new arrow.DateMillisecond(),
      [new Date(noon), new Date(-1), null],
      ['date', '2026-01-31', '1969-12-31', null],
    ],
    ['time in seconds', new arrow.TimeSecond(), [3661, null], ['time', '01:01:01', null]],
    ['time in milliseconds', new arrow.TimeMillisecond(), [1500], ['time', '00:00:01.5']],
    ['time in nanoseconds', new arrow.TimeNanosecond(), [1001n], ['time', '00:00:00.000001']],
    ['timestamp in seconds', new arrow.TimestampSecond(), [noon, null], ['timestamp', '2026-01-31T12:00:00', null]],
    [
      'timestamp in milliseconds',
      new arrow.TimestampMillisecond('Europe/Zurich'),
      [noon],
      ['timestamptz', '2026-01-31T12:00:00Z'],
    ],
    [
      'timestamp in nanoseconds',
      new arrow.TimestampNanosecond(),
      [noon, -1],
      ['timestamp', '2026-01-31T12:00:00', '1969-12-31T23:59:59.999'],
    ],
    ['duration', new arrow.DurationMillisecond(), [1500n, null], ['interval', '00:00:01.5', null]],
    ['binary', new arrow.Binary(), [Uint8Array.of(1), null], ['bytea', Uint8Array.of(1), null]],
    ['large binary', new arrow.LargeBinary(), [Uint8Array.of(1, 2)], ['bytea', Uint8Array.of(1, 2)]],
    ['fixed binary', new arrow.FixedSizeBinary(2), [Uint8Array.of(1, 2), null], ['bytea', Uint8Array.of(1, 2), null]],
    ['decimal', new arrow.Decimal(2, 9), [], ['numeric(9,2)']],
    [
      'list',
      new arrow.List(new arrow.Field('item', new arrow.Int8())),
      [[1, 2], null, []],
      ['smallint[]', [1, 2], null, []],
    ],
    [
      'fixed list',
      new arrow.FixedSizeList(2, new arrow.Field('item', new arrow.Float32())),
      [
        [1, 2],
        [3, 4],
      ],
      ['real[]', [1, 2], [3, 4]],
    ],
    [
      'list of dictionary',
      new arrow.List(new arrow.Field('item', new arrow.Utf8())),
      [['a', 'b']],
      ['text[]', ['a', 'b']],
    ],
  ])('%s', (_name, type, values, expected) => {
    expect(read(type, values)).toEqual(expected);
  });

  test('a dictionary that grows from batch to batch', () => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
    const builder = arrow.makeBuilder({ type, nullValues: [null] });
    const writer = new arrow.RecordBatchStreamWriter();
    const schema = new arrow.Schema([new arrow.Field('x', type)]);
    for (const values of [
      ['a', 'b'],
      ['c', 'a', null],
    ]) {
      for (const value of values) builder.append(value);
      const data = builder.flush();
      writer.write(
        new arrow.RecordBatch(
          schema,
          arrow.makeData({ type: new arrow.Struct(schema.fields), length: data.length, children: [data] }),
        ),
      );
    }
    writer.finish();
    const { batches } = decodeStream(Buffer.from(writer.toUint8Array(true)));
    expect(batches.flatMap(rowsOf).flat()).toEqual(['a', 'b', 'c', 'a', null]);
  });
});

test.each<[type: arrow.DataType, values: unknown[], message: string]>([
  [new arrow.Float16(), [1], 'its column "x" is a half-precision number, which etl cannot read'],
  [
    new arrow.Struct([new arrow.Field('a', new arrow.Int32())]),
    [{ a: 1 }],
    'its column "x" is a struct, which etl cannot read',
  ],
  [
    new arrow.Map_(
      new arrow.Field(
        'e',
        new arrow.Struct([
          new arrow.Field('key', new arrow.Utf8()),
          new arrow.Field('value', new arrow.Int32()),
        ] as never),
      ) as never,
    ),
    [],
    'its column "x" is a map, which etl cannot read',
  ],
  [new arrow.Decimal(-1, 9), [], 'its column "x" is a decimal(9, -1), which etl cannot read'],
  [new arrow.Decimal(0, 60, 256), [], 'its column "x" is a decimal of 256 bits, which etl cannot read'],
])('%s is refused by name', (type, values, message) => {
  expect(() => read(type, values)).toThrow(new ArrowError(message));
});

test('a moment beyond 64 bits of microseconds is refused, not wrapped', () => {
  const stream = streamOf(new arrow.Int64(), [2n ** 62n]);
  const seconds = streamOf(new arrow.TimestampSecond(), [1000]);
  const body = seconds.subarray(-16 - 8);
  expect(body.length).toBe(24);
  stream.subarray(-72, -8).copy(seconds, seconds.length - 72);
  expect(() => decodeStream(seconds)).toThrow(/a time that etl cannot/);
});

test('damage anywhere, and a cut anywhere, is an ArrowError or other values, never a crash', () => {
  const columns = {
    a: arrow.vectorFromArray(['x', 'yy', null, 'é'], new arrow.Utf8()),
    b: arrow.vectorFromArray(['x', 'x', null, 'y'], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8())),
    c: arrow.vectorFromArray([[1], null, [2, 3], []], new arrow.List(new arrow.Field('item', new arrow.Int32()))),
    d: arrow.vectorFromArray([1, 2, null, 4], new arrow.Int16()),
  };
  const stream = Buffer.from(arrow.tableToIPC(new arrow.Table(columns), 'stream'));
  const byte = fc.tuple(fc.nat(stream.length - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 3 }), (changes) => {
      const damaged = Buffer.from(stream);
      for (const [at, mask] of changes) damaged[at] ^= mask;
      readOrRefuse(damaged);
    }),
    { numRuns: 3000 },
  );
  for (let length = 0; length < stream.length; length++) readOrRefuse(stream.subarray(0, length));
});

function readOrRefuse(stream: Buffer): void {
  try {
    for (const batch of decodeStream(stream).batches) {
      for (const column of batch.columns)
        for (let row = 0; row < Math.min(8, column.length); row++) cellToJs(column, row);
    }
  } catch (error) {
    if (!(error instanceof ArrowError)) throw error;
  }
}
