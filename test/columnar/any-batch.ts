/** Random batches of every type, for laws that hold for any batch. */
import fc from 'fast-check';
import type { Batch } from '../../src/columnar/batch.js';
import { rowCount } from '../../src/columnar/batch.js';
import type { Column } from '../../src/columnar/column.js';
import type { DataType } from '../../src/columnar/data-type.js';
import { cellToJs } from '../../src/columnar/js-value.js';
import { compactBatch, takeColumn } from '../../src/columnar/take.js';
import { columnFrom } from './cells.js';

export const sampleTexts: readonly (readonly [type: DataType, texts: readonly string[]])[] = [
  [{ kind: 'boolean' }, ['t', 'f']],
  [{ kind: 'int16' }, ['0', '-32768', '32767']],
  [{ kind: 'int32' }, ['0', '-2147483648', '2147483647']],
  [{ kind: 'int64' }, ['1', '-9223372036854775808', '9223372036854775807', '4294967296']],
  [{ kind: 'float32' }, ['1.5', 'NaN', '0.1']],
  [{ kind: 'float64' }, ['-0', 'NaN', '-Infinity', '5e-324', '1.7976931348623157e308']],
  [{ kind: 'decimal', precision: 38, scale: 2 }, ['1.25', '-123456789012345678901234567890.12', '0']],
  [{ kind: 'decimal', precision: 5, scale: 0 }, ['99999', '-1']],
  [{ kind: 'numeric' }, ['123456789012345678901234567890123456789012345.1', 'NaN', '-0.00']],
  [{ kind: 'text' }, ['', 'é', '𝄞 a longer text than twenty-four bytes', 'x'.repeat(300)]],
  [{ kind: 'text', sqlName: 'inet' }, ['10.0.0.1']],
  [{ kind: 'json' }, ['{"a": [1, null]}', '""']],
  [{ kind: 'jsonb' }, ['{"b": 1}']],
  [{ kind: 'uuid' }, ['00000000-0000-0000-0000-000000000001']],
  [{ kind: 'bytea' }, ['\\x', '\\x00ff10']],
  [{ kind: 'date' }, ['1970-01-01', '0044-03-15 BC', '9999-12-31']],
  [{ kind: 'time' }, ['00:00:00', '23:59:59.999999']],
  [{ kind: 'timestamp' }, ['2026-01-31 04:05:06.789', 'infinity', '-infinity']],
  [{ kind: 'timestamptz' }, ['2026-01-31 04:05:06+00', '1900-01-01 00:00:00+00']],
  [{ kind: 'interval' }, ['1 mon', '-2 days 00:00:01', '-1 years']],
  [{ kind: 'list', element: { kind: 'text' } }, ['{}', '{a,NULL,"b c"}']],
  [{ kind: 'list', element: { kind: 'decimal', precision: 9, scale: 3 } }, ['{1.234}', '{}']],
  [{ kind: 'list', element: { kind: 'list', element: { kind: 'int32' } } }, ['{{1,2},{3}}', '{{}}']],
];

/** Columns that were cut out of the middle of others, and selections, are among them. */
export const anyBatch: fc.Arbitrary<Batch> = fc
  .tuple(fc.array(fc.constantFrom(...sampleTexts), { minLength: 0, maxLength: 6 }), fc.nat(40))
  .chain(([types, length]) => batchOfTypes(types, length));

/** Batches of one schema. */
export function anyBatches(most: number): fc.Arbitrary<Batch[]> {
  return fc
    .array(fc.constantFrom(...sampleTexts), { minLength: 1, maxLength: 4 })
    .chain((types) =>
      fc.array(
        fc.nat(20).chain((length) => batchOfTypes(types, length)),
        { maxLength: most },
      ),
    )
    .map((batches) => batches.map((batch) => ({ ...batch, schema: batches[0].schema })));
}

function batchOfTypes(types: typeof sampleTexts, length: number): fc.Arbitrary<Batch> {
  const columns = fc.tuple(...types.map(([type, texts]) => anyColumn(type, texts, length)));
  const selection = fc.option(fc.subarray(Array.from({ length }, (_, row) => row)));
  return fc.tuple(columns, selection).map(([values, rows]) => ({
    schema: { fields: types.map(([type], i) => ({ name: `c${i}`, type, nullable: i % 2 === 0 })) },
    columns: values,
    length,
    selection: rows === null ? null : Int32Array.from(rows),
  }));
}

function anyColumn(type: DataType, texts: readonly string[], length: number): fc.Arbitrary<Column> {
  const cell = fc.option(fc.constantFrom(...texts), { freq: 4 });
  return fc
    .tuple(fc.array(cell, { minLength: length + 2, maxLength: length + 2 }), fc.boolean())
    .map(([cells, isCut]) => (isCut ? cutOut(columnFrom(type, cells), length) : columnFrom(type, cells.slice(2))));
}

/** The last `length` rows; those with offsets keep their data where it is. */
function cutOut(column: Column, length: number): Column {
  const from = column.length - length;
  if (column.layout !== 'bytes' && column.layout !== 'list')
    return takeColumn(
      column,
      Int32Array.from({ length }, (_, i) => from + i),
    );
  const { validity } = takeColumn(
    column,
    Int32Array.from({ length }, (_, i) => from + i),
  );
  return { ...column, length, validity, offsets: column.offsets.subarray(from) };
}

/** The counted rows as JavaScript values. */
export function rowsOf(batch: Batch): unknown[][] {
  const dense = compactBatch(batch);
  return Array.from({ length: rowCount(batch) }, (_, row) => dense.columns.map((column) => cellToJs(column, row)));
}
