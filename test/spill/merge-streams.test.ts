/** Merged streams: what sorting the rows of all streams, one stream behind the other, gives. */
import { expect, test } from 'vitest';
import type { Batch, Schema } from '../../src/columnar/batch.js';
import { cellToJs } from '../../src/columnar/js-value.js';
import { mergeStreams } from '../../src/spill/merge-streams.js';
import { columnFrom } from '../columnar/cells.js';

/** Row `row` of stream `stream` with its key, NULL for null. */
interface Row {
  readonly key: number | null;
  readonly stream: number;
  readonly row: number;
}

const keys = [{ column: 0, descending: false, nullsFirst: false }];
/** A key as a number decides at once; as a text its first eight bytes are those of all others. */
const types = { number: 'int64', text: 'text' } as const;
const textOf = (key: number, kind: keyof typeof types): string =>
  kind === 'number' ? String(key) : `as all others ${String(key).padStart(9, '0')}`;

function schemaOf(kind: keyof typeof types): Schema {
  return {
    fields: [
      { name: 'key', type: { kind: types[kind] }, nullable: true },
      { name: 'stream', type: { kind: 'int32' }, nullable: false },
      { name: 'row', type: { kind: 'int32' }, nullable: false },
    ],
  };
}

async function* streamOf(rows: readonly Row[], kind: keyof typeof types, batchRows: number): AsyncGenerator<Batch> {
  const schema = schemaOf(kind);
  // Batches of different lengths, none of them among them.
  for (let from = 0, length = 0; from < rows.length; from += length, length = (length * 7 + 5) % (batchRows + 1)) {
    const part = rows.slice(from, from + length);
    const columns = [
      columnFrom(schema.fields[0]!.type, part.map(({ key }) => (key === null ? null : textOf(key, kind)))), // prettier-ignore
      columnFrom(schema.fields[1]!.type, part.map(({ stream }) => String(stream))), // prettier-ignore
      columnFrom(schema.fields[2]!.type, part.map(({ row }) => String(row))), // prettier-ignore
    ];
    yield { schema, columns, length: part.length, selection: null };
  }
}

const place = (key: number | null): number => key ?? Infinity;
const inOrder = (rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => (a.key === b.key ? 0 : place(a.key) - place(b.key)));

function streamsOf(count: number, rows: number, keyOf: (stream: number, row: number) => number | null): Row[][] {
  return Array.from({ length: count }, (_, stream) =>
    inOrder(Array.from({ length: rows }, (_, row) => ({ key: keyOf(stream, row), stream, row }))),
  );
}

async function merged(streams: readonly Row[][], kind: keyof typeof types, batchRows: number): Promise<Row[]> {
  const found: Row[] = [];
  const sources = streams.map((rows) => streamOf(rows, kind, batchRows));
  const schema = schemaOf(kind);
  for await (const { columns, length } of mergeStreams(sources, { schema, keys, batchRows: 1000 })) {
    expect(length).toBeLessThanOrEqual(1000);
    for (let i = 0; i < length; i++) {
      const [key, stream, row] = columns.map((column) => cellToJs(column, i));
      found.push({
        key: key === null ? null : Number(String(key).slice(-9)),
        stream: stream as number,
        row: row as number,
      });
    }
  }
  return found;
}

const shapes: readonly (readonly [string, readonly Row[][], number])[] = [
  ['few keys, some NULL, in long batches', streamsOf(5, 12_000, (s, row) => (row % 17 === 0 ? null : (row * 31 + s) % 97)), 8192], // prettier-ignore
  ['many keys in short batches', streamsOf(40, 900, (s, row) => (row * 7919 + s * 13) % 100_003), 60],
  ['one key everywhere', streamsOf(3, 30_000, () => 1), 5000],
  ['streams one behind the other', streamsOf(4, 9000, (s, row) => s * 10_000 + row), 700],
  ['streams one before the other', streamsOf(4, 9000, (s, row) => (4 - s) * 10_000 + row), 700],
  ['one stream', streamsOf(1, 20_000, (_, row) => row % 50), 3000],
  ['empty ones among them', [[], ...streamsOf(2, 20_000, (s, row) => (row * 3 + s) % 5000), []], 8192],
];

test.each(shapes)('%s', { timeout: 60_000 }, async (_, streams, batchRows) => {
  const expected = inOrder(streams.flat());
  for (const kind of ['number', 'text'] as const) expect(await merged(streams, kind, batchRows)).toEqual(expected);
});

test('no streams', async () => {
  expect(await merged([], 'number', 10)).toEqual([]);
});
