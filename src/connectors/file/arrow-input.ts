/**
 * An Arrow IPC file or stream as messages in order. Its first bytes tell which it is, whatever its name says.
 *
 *     file    "ARROW1" … footer "ARROW1": the footer has the schema, and says where dictionaries and batches are
 *     stream  schema, then dictionaries and batches, then the end mark: found one behind the other
 */
import { open, type FileHandle } from 'node:fs/promises';
import { ArrowDecoder } from '../../columnar/arrow/arrow-decoder.js';
import { ArrowError } from '../../columnar/arrow/arrow-error.js';
import {
  decodeFooter,
  FOOTER_TAIL_BYTES,
  footerBytes,
  isArrowFile,
  type Block,
} from '../../columnar/arrow/file-footer.js';
import { checked } from '../../columnar/arrow/message.js';
import type { Batch, Schema } from '../../columnar/batch.js';
import { arrowFileError, readExactly, readFrame } from './arrow-bytes.js';
import { readError } from './file-errors.js';

const HEAD_BYTES = 8;

export interface ArrowInput {
  readonly schema: Schema;
  /** As large as their writer made them. `bytes` is what a batch takes in the file. @throws EtlError ETL-4112, ETL-4121 */
  batches(): AsyncGenerator<{ readonly batch: Batch; readonly bytes: number }, void>;
  /** Rows and bytes of the first batch, without reading it; null where there is none. To be asked before `batches`. */
  sample(): Promise<{ readonly rows: number; readonly bytes: number } | null>;
  close(): Promise<void>;
}

/** `shown` is the path for messages. @throws EtlError ETL-4112, ETL-4121, ETL-4104 */
export async function openArrow(path: string, shown: string): Promise<ArrowInput> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw readError(shown, error);
  });
  const messages = new Messages(file);
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw arrowFileError(shown, messages.at, error);
    }
  };
  try {
    const decoder = await told(() => messages.start());
    return {
      schema: decoder.schema,
      sample: () => told(() => messages.sample()),
      async *batches() {
        for (let next = await told(() => messages.next()); next !== null; next = await told(() => messages.next())) {
          const message = next;
          const batch = await told(async () => decoder.decode(message));
          if (batch !== null) yield { batch, bytes: message.length };
        }
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

class Messages {
  /** Where the message stands that is being read: errors name it. */
  at = 0;
  private end = 0;
  /** Of a file: what is still to be read, in order. */
  private blocks: Iterator<Block> | null = null;
  /** Of a file: where its first batch is, -1 for none. */
  private firstBatch: number | null = null;
  private behind = 0;

  constructor(private readonly file: FileHandle) {}

  async start(): Promise<ArrowDecoder> {
    this.end = (await this.file.stat()).size;
    if (this.end === 0) throw new ArrowError('it is empty');
    const head = await readExactly(this.file, 0, Math.min(HEAD_BYTES, this.end), this.end);
    return isArrowFile(head) ? this.startFile() : this.startStream();
  }

  /** The next dictionary or batch, or null behind the last one. */
  async next(): Promise<Buffer | null> {
    if (this.blocks === null) return this.nextOfStream();
    const next = this.blocks.next();
    if (next.done === true) return null;
    const { offset, metadataBytes, bodyBytes } = next.value;
    this.at = offset;
    return readExactly(this.file, offset, metadataBytes + bodyBytes, this.end);
  }

  async sample(): Promise<{ rows: number; bytes: number } | null> {
    for (this.at = this.firstBatch ?? this.behind; this.firstBatch !== -1;) {
      const message = await readFrame(this.file, this.at, this.end);
      if (message === null) return null;
      const bytes = message.bodyAt + message.bodyBytes;
      if (message.kind === 'batch')
        return {
          rows: Math.max(
            0,
            checked(() => message.header.int64(0)),
          ),
          bytes,
        };
      this.at += bytes;
    }
    return null;
  }

  private async startFile(): Promise<ArrowDecoder> {
    this.at = Math.max(0, this.end - FOOTER_TAIL_BYTES);
    const tail = await readExactly(this.file, this.at, this.end - this.at, this.end);
    const bytes = footerBytes(tail);
    if (bytes > this.at - HEAD_BYTES) throw new ArrowError('the length of its footer makes no sense');
    this.end = this.at -= bytes;
    const { decoder, dictionaries, batches } = decodeFooter(
      await readExactly(this.file, this.at, bytes, this.at + bytes),
    );
    this.blocks = [...dictionaries, ...batches].values();
    this.firstBatch = batches.length === 0 ? -1 : batches[0].offset;
    return decoder;
  }

  private async startStream(): Promise<ArrowDecoder> {
    const message = await this.nextOfStream();
    if (message === null) throw new ArrowError('it holds nothing but an end mark');
    return ArrowDecoder.forStream(message);
  }

  private async nextOfStream(): Promise<Buffer | null> {
    this.at = this.behind;
    const message = await readFrame(this.file, this.at, this.end);
    if (message === null) return null;
    const bytes = message.bodyAt + message.bodyBytes;
    this.behind += bytes;
    return readExactly(this.file, this.at, bytes, this.end);
  }
}
