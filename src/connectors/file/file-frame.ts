/**
 * What stands around the rows of a file. Rows are appended split by split, so what comes behind them is made when the file is
 * published, from what is in it by then; made again from the same bytes it is the same.
 *
 *     CSV           line of names | rows
 *     Arrow         "ARROW1", schema | batches | end mark, footer
 *     Arrow stream  schema | batches | end mark
 */
import type { FileHandle } from 'node:fs/promises';
import { encodeSchema } from '../../columnar/arrow/encode-schema.js';
import { encodeFooter, fileHead, type Block } from '../../columnar/arrow/file-footer.js';
import { endOfStream } from '../../columnar/arrow/message.js';
import { CsvWriter } from '../../columnar/write-csv.js';
import { ArrowError } from '../../columnar/arrow/arrow-error.js';
import { readFrame } from './arrow-bytes.js';
import type { FileSinkParams } from './sink-params.js';
import { packGzip } from './staged-files.js';

export interface FileFrame {
  /** First bytes of every file, as they stand in it; empty for none. */
  readonly head: Buffer;
  /** What ends a file whose first `bytes` bytes are its head and rows. */
  readonly tail: (file: FileHandle, bytes: number) => Promise<Buffer>;
}

export async function fileFrame(params: FileSinkParams): Promise<FileFrame> {
  switch (params.kind) {
    case 'ndjson':
      return { head: Buffer.alloc(0), tail: noTail };
    case 'csv': {
      const names = params.header ? new CsvWriter(params).header(params.schema) : Buffer.alloc(0);
      return { head: params.gzip && params.header ? await packGzip(names) : names, tail: noTail };
    }
    case 'arrow': {
      const head = Buffer.concat([fileHead(), encodeSchema(params.schema)]);
      const tail: FileFrame['tail'] = async (file, bytes) => {
        const blocks = await findBatches(file, head.length, bytes);
        return Buffer.concat([endOfStream(), encodeFooter(params.schema, blocks)]);
      };
      return { head, tail };
    }
    case 'arrow-stream':
      return { head: encodeSchema(params.schema), tail: async () => endOfStream() };
    default:
      return params.kind satisfies never;
  }
}

async function noTail(): Promise<Buffer> {
  return Buffer.alloc(0);
}

/** Where the batches lie in `[from, to)`. */
async function findBatches(file: FileHandle, from: number, to: number): Promise<Block[]> {
  const blocks: Block[] = [];
  for (let offset = from; offset < to;) {
    const message = await readFrame(file, offset, to);
    if (message === null) throw new ArrowError('an end mark stands among its batches');
    const { bodyAt, bodyBytes } = message;
    blocks.push({ offset, metadataBytes: bodyAt, bodyBytes });
    offset += bodyAt + bodyBytes;
    if (offset > to) throw new ArrowError('it ends in the middle of a message');
  }
  return blocks;
}
