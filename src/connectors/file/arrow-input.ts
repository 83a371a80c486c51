/**
 * An Arrow IPC file or stream as messages in order. Its first bytes tell which it is, whatever its name says.
 *
 *     file    "ARROW1" … footer "ARROW1": the footer has the schema, and says where dictionaries and batches are
 *     stream  schema, then dictionaries and batches, then the end mark: found one behind the other
 */
import { open, type FileHandle } from 'node:fs/promises';
import { ArrowDecoder } from '../../columnar/arrow/arrow-decoder.js';
import { ArrowError } from '../../columnar/arrow/arrow-error.js';
import type { BodyPart } from '../../columnar/arrow/body-reader.js';
import {
  decodeFooter,
  FOOTER_TAIL_BYTES,
  footerBytes,
  isArrowFile,
  type Block,
} from '../../columnar/arrow/file-footer.js';
import { checked, readMessage } from '../../columnar/arrow/message.js';
import type { Batch, Schema } from '../../columnar/batch.js';
import { arrowFileError, readExactly, readFrame, readInto } from './arrow-bytes.js';
import { readError } from './file-errors.js';

const HEAD_BYTES = 8;
/** Reading so many bytes that nobody wants costs less than another read. */
const GAP_BYTES = 64 << 10;
/** Of a batch: the one behind a larger one is not read before its turn. */
const MOST_AHEAD_BYTES = 8 << 20;
/** Batches of a file that are read while somebody works on one: a batch takes two reads, and the second waits for the first. */
const AHEAD = 2;

export interface ArrowInput {
  readonly schema: Schema;
  /**
   * The columns `wanted` of all batches, as large as their writer made them; `bytes` is what a batch takes in the file. The next ones
   * are read while somebody works on one.
   * @throws EtlError ETL-4112, ETL-4121
   */
  batches(wanted: readonly number[]): AsyncGenerator<{ readonly batch: Batch; readonly bytes: number }, void>;
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
  const told = async <T>(work: () => T | Promise<T>, at?: number): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw arrowFileError(shown, at ?? messages.at, error);
    }
  };
  try {
    const decoder = await told(() => messages.start());
    return {
      schema: decoder.schema,
      sample: () => told(() => messages.sample()),
      batches: (wanted) => readAhead(messages, decoder, wanted, told),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

type Told = <T>(work: () => T | Promise<T>, at?: number) => Promise<T>;

async function* readAhead(
  messages: Messages,
  decoder: ArrowDecoder,
  wanted: readonly number[],
  told: Told,
): AsyncGenerator<{ readonly batch: Batch; readonly bytes: number }, void> {
  const ahead: (Omit<Piece, 'read'> & { readonly read: Promise<Outcome> })[] = [];
  const readOn = (): void => {
    while (ahead.length < messages.ahead) {
      const last = ahead.at(-1);
      if (last !== undefined && last.mostBytes > MOST_AHEAD_BYTES) return;
      const piece = messages.next(decoder, wanted);
      if (piece === null) return;
      ahead.push({ ...piece, read: settled(told(() => piece.read, piece.at)) });
    }
  };
  try {
    for (readOn(); ahead.length > 0; readOn()) {
      const { at, read } = ahead[0];
      const outcome = await read;
      if ('error' in outcome) throw outcome.error;
      if (outcome.read === null) return;
      const { bytes, parts } = outcome.read;
      ahead.shift();
      const isLarge = bytes.length > MOST_AHEAD_BYTES;
      if (!isLarge) readOn();
      const batch = await told(() => decoder.decode(bytes, wanted, parts), at);
      if (batch !== null) yield { batch, bytes: bytes.length };
    }
  } finally {
    // The file is not closed under them.
    await Promise.all(ahead.map(({ read }) => read));
  }
}

/** What is read ahead fails when its turn comes. */
type Outcome = { readonly read: ReadMessage | null } | { readonly error: unknown };

function settled(reading: Promise<ReadMessage | null>): Promise<Outcome> {
  return reading.then(
    (read) => ({ read }),
    (error: unknown) => ({ error }),
  );
}

/** A message, of whose body there may be parts only. */
interface ReadMessage {
  readonly bytes: Buffer;
  readonly parts: readonly BodyPart[] | null;
}

/** A message that is being read. */
interface Piece {
  /** Where it stands. */
  readonly at: number;
  /** Of a stream, where they are not known before: 0. */
  readonly mostBytes: number;
  /** Null: the end mark. */
  readonly read: Promise<ReadMessage | null>;
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

  /** How many can be read at once: in a stream only the end of one says where the next is. */
  get ahead(): number {
    return this.blocks === null ? 1 : AHEAD;
  }

  /** Begins to read the next dictionary or batch; null behind the last one of a file. */
  next(decoder: ArrowDecoder, wanted: readonly number[]): Piece | null {
    if (this.blocks === null) return { at: this.behind, mostBytes: 0, read: this.nextOfStream().then(whole) };
    const next = this.blocks.next();
    if (next.done === true) return null;
    const { offset, metadataBytes, bodyBytes } = next.value;
    const total = metadataBytes + bodyBytes;
    const takesAll = wanted.length === decoder.schema.fields.length || bodyBytes <= GAP_BYTES;
    const read = takesAll
      ? readExactly(this.file, offset, total, this.end).then(whole)
      : this.readParts(decoder, wanted, next.value);
    return { at: offset, mostBytes: total, read };
  }

  private async readParts(
    decoder: ArrowDecoder,
    wanted: readonly number[],
    { offset, metadataBytes, bodyBytes }: Block,
  ): Promise<ReadMessage> {
    if (offset < 0 || offset + metadataBytes + bodyBytes > this.end)
      throw new ArrowError('it ends in the middle of a message');
    const metadata = await readExactly(this.file, offset, metadataBytes, this.end);
    const message = readMessage(metadata);
    const { bodyAt } = message;
    const ranges = message.kind === 'batch' ? decoder.rangesOf(message, wanted) : [{ from: 0, to: message.bodyBytes }];
    // Before memory is taken for them.
    if (ranges.some(({ from, to }) => from < 0 || bodyAt + to > metadataBytes + bodyBytes))
      throw new ArrowError('a column reaches beyond its batch');
    const parts = partsOf(closed(ranges));
    const last = parts.at(-1);
    const bytes = Buffer.allocUnsafeSlow(bodyAt + (last === undefined ? 0 : last.at + last.to - last.from));
    metadata.copy(bytes, 0, 0, bodyAt);
    for (const { from, to, at } of parts)
      await readInto(this.file, bytes.subarray(bodyAt + at, bodyAt + at + to - from), offset + bodyAt + from, this.end);
    return { bytes, parts };
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

function whole(bytes: Buffer): ReadMessage;
function whole(bytes: Buffer | null): ReadMessage | null;
function whole(bytes: Buffer | null): ReadMessage | null {
  return bytes === null ? null : { bytes, parts: null };
}

/** Parts one behind the other; what was at a multiple of 8 is so again. */
function partsOf(ranges: readonly { readonly from: number; readonly to: number }[]): BodyPart[] {
  const parts: BodyPart[] = [];
  let end = 0;
  for (const { from, to } of ranges) {
    const at = ((end + 7) & ~7) + (from & 7);
    parts.push({ from, to, at });
    end = at + to - from;
  }
  return parts;
}

/** Ranges in order, those joined that are close to each other. */
function closed(ranges: readonly { readonly from: number; readonly to: number }[]): { from: number; to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of ranges) {
    const last = joined.at(-1);
    if (last !== undefined && from - last.to <= GAP_BYTES) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}
