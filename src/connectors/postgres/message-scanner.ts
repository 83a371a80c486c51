/**
 * Cuts the server's byte stream into messages: rows go to the batch, everything else, whole, to `forward`.
 *
 *     ┌──────┬────────────┬──────────┐
 *     │ code │ length (4) │ payload  │  length counts itself and the payload
 *     └──────┴────────────┴──────────┘
 *
 * The driver makes an object and an event of every message, one a row; here a row costs a few instructions. A message
 * that lies across chunks is put together in a buffer of its own; a row above `maxRowBytes` is counted, never held.
 */
import { EtlError } from '../../errors/etl-error.js';
import type { BatchMaker } from './batch-maker.js';

export const COPY_DATA = 100; // d
export const DATA_ROW = 68; // D

const HEADER = 5;
/** No message of the server that is not a row is longer. */
const MAX_OTHER_BYTES = 1 << 24;
/** What a rejected row shows of itself. */
const SKIPPED_HEAD_BYTES = 1024;

export class MessageScanner {
  /** The beginning of a message that did not fit the last chunk: its header, then all of it. */
  private readonly header = Buffer.alloc(HEADER);
  private headerLength = 0;
  private partial: Buffer | null = null;
  private partialLength = 0;
  /** Bytes of a row too large to be read that are still to come. */
  private skipLeft = 0;
  private skippedBytes = 0;
  private skippedHead = Buffer.alloc(0);

  constructor(
    private readonly rowCode: number,
    private readonly maker: BatchMaker,
    private readonly maxRowBytes: number,
    private readonly forward: (message: Buffer) => void,
  ) {}

  /** Scans `bytes` from `at`; returns where it stopped: at the end, or before the rest once the batch is full. */
  scan(bytes: Buffer, at: number): number {
    const { maker } = this;
    if (this.skipLeft > 0) at = this.skipOn(bytes, at);
    if (this.headerLength > 0) at = this.completePartial(bytes, at);
    maker.begin(bytes);
    const { rowCode, maxRowBytes } = this;
    while (at < bytes.length && !maker.isFull) {
      if (at + HEADER > bytes.length) break;
      const next = at + 1 + messageLength(bytes, at);
      if (next > bytes.length) break;
      if (bytes[at] !== rowCode) {
        maker.flush(); // what it says comes after the rows before it
        this.forward(bytes.subarray(at, next));
      } else if (next - at - HEADER > maxRowBytes) {
        maker.skip(next - at - HEADER, maxRowBytes, bytes.subarray(at + HEADER, at + HEADER + SKIPPED_HEAD_BYTES));
      } else {
        maker.add(at + HEADER, next);
      }
      at = next;
    }
    maker.flush();
    return maker.isFull || at === bytes.length ? at : this.keepPartial(bytes, at);
  }

  /** Everything from `at` on is the beginning of one message. */
  private keepPartial(bytes: Buffer, at: number): number {
    const have = bytes.length - at;
    bytes.copy(this.header, 0, at, at + Math.min(have, HEADER));
    this.headerLength = Math.min(have, HEADER);
    if (this.headerLength < HEADER) return bytes.length;
    if (this.startSkip(bytes, at + HEADER)) return this.skipOn(bytes, at + HEADER);
    this.partial = this.startPartial();
    this.partialLength = HEADER + bytes.copy(this.partial, HEADER, at + HEADER);
    return bytes.length;
  }

  private startPartial(): Buffer {
    const message = Buffer.allocUnsafe(1 + messageLength(this.header, 0));
    this.partialLength = this.header.copy(message);
    return message;
  }

  private completePartial(bytes: Buffer, at: number): number {
    if (this.partial === null) {
      const taken = bytes.copy(this.header, this.headerLength, at, at + HEADER - this.headerLength);
      this.headerLength += taken;
      at += taken;
      if (this.headerLength < HEADER) return at;
      if (this.startSkip(bytes, at)) return this.skipOn(bytes, at);
      this.partial = this.startPartial();
    }
    const message = this.partial;
    const taken = bytes.copy(message, this.partialLength, at, at + message.length - this.partialLength);
    this.partialLength += taken;
    if (this.partialLength === message.length) {
      this.partial = null;
      this.headerLength = 0;
      if (message[0] === this.rowCode) {
        this.maker.begin(message);
        this.maker.add(HEADER, message.length);
        this.maker.flush();
      } else {
        this.forward(message);
      }
    }
    return at + taken;
  }

  /** Does the message whose header is complete have to be skipped? Its payload in this chunk begins at `at`. */
  private startSkip(bytes: Buffer, at: number): boolean {
    const payload = messageLength(this.header, 0) - 4;
    const isRow = this.header[0] === this.rowCode;
    if (!isRow && payload > MAX_OTHER_BYTES)
      throw new EtlError('ETL-4109', `a message of ${payload} bytes that is no row`);
    if (!isRow || payload <= this.maxRowBytes) return false;
    this.headerLength = 0;
    this.skippedBytes = payload;
    this.skippedHead = Buffer.from(bytes.subarray(at, at + SKIPPED_HEAD_BYTES));
    this.skipLeft = payload;
    return true;
  }

  private skipOn(bytes: Buffer, at: number): number {
    const taken = Math.min(this.skipLeft, bytes.length - at);
    this.skipLeft -= taken;
    if (this.skipLeft === 0) this.maker.skip(this.skippedBytes, this.maxRowBytes, this.skippedHead);
    return at + taken;
  }
}

/** The length that a message's header states: itself and the payload. */
function messageLength(bytes: Buffer, at: number): number {
  const length = (bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4];
  if (length < 4) throw new EtlError('ETL-4109', `a message that states a length of ${length}`);
  return length;
}
