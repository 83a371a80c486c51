/** Rows as lines: an object, a record of CSV, or an event a row. */
import type { Batch, Schema } from '../../columnar/batch.js';
import type { ByteWriter } from '../../columnar/byte-writer.js';
import { CsvWriter } from '../../columnar/write-csv.js';
import { jsonKeys, rowJsonWriter } from '../../columnar/write-row-json.js';
import type { CellWriter } from '../../columnar/write-text.js';
import { csvForm } from './csv-form.js';
import type { PrintParams, TableParams } from './sink-params.js';

type LineParams = Exclude<PrintParams, TableParams>;

/** For one batch, a writer of its rows with their line ends. */
export function rowLines(params: LineParams, schema: Schema): (batch: Batch) => CellWriter {
  if (params.format === 'csv') {
    const csv = new CsvWriter(csvForm);
    return (batch) => csv.forBatch(batch);
  }
  const keys = jsonKeys(schema);
  const [before, after] = around(params);
  return (batch) => {
    const writeRow = rowJsonWriter(batch, keys);
    return (row, out) => {
      copy(before, out);
      writeRow(row, out);
      copy(after, out);
    };
  };
}

function around(params: LineParams): [before: Buffer, after: Buffer] {
  if (params.format !== 'events') return [Buffer.alloc(0), Buffer.from('\n')];
  return [Buffer.from(`{"type":"row","sink":${JSON.stringify(params.sink)},"row":`), Buffer.from('}\n')];
}

function copy(bytes: Buffer, out: ByteWriter): void {
  out.copy(bytes, 0, bytes.length);
}
