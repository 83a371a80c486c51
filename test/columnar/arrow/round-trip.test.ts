import { tableFromIPC, tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ArrowDecoder } from '../../../src/columnar/arrow/arrow-decoder.js';
import { byteSize, encodeBatch } from '../../../src/columnar/arrow/encode-batch.js';
import { encodeSchema } from '../../../src/columnar/arrow/encode-schema.js';
import {
  decodeFooter,
  encodeFooter,
  fileHead,
  footerBytes,
  isArrowFile,
} from '../../../src/columnar/arrow/file-footer.js';
import { endOfStream } from '../../../src/columnar/arrow/message.js';
import type { Batch } from '../../../src/columnar/batch.js';
import type { Column } from '../../../src/columnar/column.js';
import { compactBatch } from '../../../src/columnar/take.js';
import { anyBatch, anyBatches, rowsOf } from '../any-batch.js';
import { columnFrom } from '../cells.js';
import { arrowRows, rawRows } from './apache-rows.js';
import { decodeStream, readMessages } from './messages.js';

test('any batch comes back as it was, read as our own and as anybody’s', () => {
  fc.assert(
    fc.property(anyBatch, (batch) => {
      const message = Buffer.concat(encodeBatch(batch));
      const own = ArrowDecoder.forOwn(batch.schema).decode(message)!;
      expect(rowsOf(own)).toEqual(rowsOf(batch));
      const foreign = ArrowDecoder.forStream(encodeSchema(batch.schema));
      expect(foreign.schema).toEqual(batch.schema);
      expect(rowsOf(foreign.decode(message)!)).toEqual(rowsOf(batch));
    }),
  );
});

test('every buffer lies at a multiple of 64, nothing of a column is copied, and columns are views of the message', () => {
  fc.assert(
    fc.property(anyBatch, (batch) => {
      const dense = compactBatch(batch);
      const pieces = encodeBatch(dense);
      let at = 0;
      const own = new Set(dense.columns.flatMap(buffersOf).map((array) => array.buffer));
      for (const [i, piece] of pieces.entries()) {
        if (i > 0 && own.has(piece.buffer)) expect(at % 64).toBe(0);
        at += piece.length;
      }
      expect(byteSize(pieces) % 64).toBe(0);
      const message = Buffer.allocUnsafeSlow(byteSize(pieces));
      Buffer.concat(pieces).copy(message);
      const back = ArrowDecoder.forOwn(batch.schema).decode(message)!;
      for (const array of back.columns.flatMap(buffersOf)) {
        if (array.byteLength > 4) expect(array.buffer).toBe(message.buffer);
      }
    }),
  );
});

test('a message at any address is read', () => {
  fc.assert(
    fc.property(anyBatch, fc.integer({ min: 1, max: 15 }), (batch, shift) => {
      const message = Buffer.concat(encodeBatch(batch));
      const moved = Buffer.alloc(message.length + shift);
      message.copy(moved, shift);
      expect(rowsOf(ArrowDecoder.forOwn(batch.schema).decode(moved.subarray(shift))!)).toEqual(rowsOf(batch));
    }),
  );
});

test('another Arrow reader sees the same rows', () => {
  fc.assert(
    fc.property(anyBatches(3), (batches) => {
      if (batches.length === 0) return;
      const stream = Buffer.concat([encodeSchema(batches[0].schema), ...batches.flatMap(encodeBatch), endOfStream()]);
      const table = tableFromIPC(stream);
      expect(arrowRows(table)).toEqual(batches.flatMap(rawRows));
      expect(table.schema.fields.map((field) => [field.name, field.nullable, field.metadata.get('etl.type')])).toEqual(
        batches[0].schema.fields.map((field) => [field.name, field.nullable, JSON.stringify(field.type)]),
      );
    }),
  );
});

test('our rows written again by another Arrow writer, as stream and as file, come back with our types', () => {
  fc.assert(
    fc.property(anyBatches(3), (batches) => {
      if (batches.length === 0) return;
      const stream = Buffer.concat([encodeSchema(batches[0].schema), ...batches.flatMap(encodeBatch), endOfStream()]);
      const table = tableFromIPC(stream);
      const rows = batches.flatMap(rowsOf);
      const again = decodeStream(Buffer.from(tableToIPC(table, 'stream')));
      expect(again.schema).toEqual(batches[0].schema);
      expect(again.batches.flatMap(rowsOf)).toEqual(rows);
      const file = Buffer.from(tableToIPC(table, 'file'));
      expect(readFile(file).flatMap(rowsOf)).toEqual(rows);
    }),
  );
});

test('a file of ours is a file to us and to others', () => {
  fc.assert(
    fc.property(anyBatches(3), (batches) => {
      if (batches.length === 0) return;
      const { schema } = batches[0];
      const parts = [fileHead(), encodeSchema(schema)];
      const blocks = batches.map((batch) => {
        const offset = byteSize(parts);
        const [frame, ...body] = encodeBatch(batch);
        parts.push(frame, ...body);
        return { offset, metadataBytes: frame.length, bodyBytes: byteSize(body) };
      });
      const file = Buffer.concat([...parts, endOfStream(), encodeFooter(schema, blocks)]);
      expect(isArrowFile(file)).toBe(true);
      expect(readFile(file).flatMap(rowsOf)).toEqual(batches.flatMap(rowsOf));
      expect(arrowRows(tableFromIPC(file))).toEqual(batches.flatMap(rawRows));
    }),
  );
});

test('the frames of a stream can be told apart without reading bodies', () => {
  const batch: Batch = {
    schema: { fields: [{ name: 'x', type: { kind: 'text' }, nullable: true }] },
    columns: [columnFrom({ kind: 'text' }, ['a', null])],
    length: 2,
    selection: null,
  };
  const stream = Buffer.concat([
    encodeSchema(batch.schema),
    ...encodeBatch(batch),
    ...encodeBatch(batch),
    endOfStream(),
  ]);
  expect(readMessages(stream).map(({ kind }) => kind)).toEqual(['schema', 'batch', 'batch']);
});

function readFile(file: Buffer): Batch[] {
  const bytes = footerBytes(file);
  const footer = decodeFooter(file.subarray(file.length - 10 - bytes, file.length - 10));
  return footer.batches.map(({ offset, metadataBytes, bodyBytes }) =>
    footer.decoder.decode(file.subarray(offset, offset + metadataBytes + bodyBytes))!,
  );
}

function buffersOf(column: Column): ArrayBufferView[] {
  if (column.layout === 'list') return [column.offsets, ...buffersOf(column.child)];
  if (column.layout === 'bytes') return [column.offsets, column.data];
  return [column.layout === 'decimal128' || column.layout === 'interval' ? column.words : column.values];
}
