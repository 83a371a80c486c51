/** A row as a JSON object: `{"id":1,"name":"a"}`. */
import type { Batch, Schema } from './batch.js';
import { ByteWriter } from './byte-writer.js';
import { jsonWriter, writeJsonString } from './write-json.js';
import type { CellWriter } from './write-text.js';

/** `{"id":`, `,"name":` … ready to be copied; made once for a schema. */
export function jsonKeys(schema: Schema): readonly Buffer[] {
  return schema.fields.map(({ name }, i) => {
    const out = new ByteWriter(64);
    out.byte(i === 0 ? 123 : 44);
    const bytes = Buffer.from(name);
    writeJsonString(bytes, 0, bytes.length, out);
    out.byte(58);
    return Buffer.from(out.view());
  });
}

/** Writes rows of one batch; `keys` are the `jsonKeys` of its schema. */
export function rowJsonWriter(batch: Batch, keys: readonly Buffer[]): CellWriter {
  const writers = batch.columns.map(jsonWriter);
  return (row, out) => {
    if (writers.length === 0) out.byte(123);
    for (let i = 0; i < writers.length; i++) {
      out.copy(keys[i], 0, keys[i].length);
      writers[i](row, out);
    }
    out.byte(125);
  };
}
