/**
 * Encoded commands that are sent, answered and, if need be, sent again together; and which row each came from.
 *
 * A chunk keeps its bytes until each of its commands is settled. Commands stand in the order of their rows, so the n-th
 * answer of a transmission belongs to the n-th command sent. Buffers are reused from chunk to chunk.
 */
import type { Batch } from '../../columnar/batch.js';
import { ByteWriter } from '../../columnar/byte-writer.js';

export const CHUNK_BYTES = 1 << 20;
/** For the command that passes the end, before it moves to the next chunk. */
const ROOM_BYTES = 1 << 16;
/** A chunk that holds few rows of each batch must not keep many batches alive. */
const MAX_BATCHES = 4;

/** OPEN: not acknowledged. AGAIN: acknowledged and counted, but to be sent again. */
const OPEN = 0;
const ACKNOWLEDGED = 1;
const REJECTED = 2;
const AGAIN = 3;

export class Chunk {
  out = new ByteWriter(CHUNK_BYTES + ROOM_BYTES);
  count = 0;
  /** Commands that are neither acknowledged nor rejected. */
  openCount = 0;
  private ends = new Int32Array(4096);
  private rows = new Int32Array(4096);
  private states = new Uint8Array(4096);
  private readonly batches: Batch[] = [];
  private readonly firstCommands: number[] = [];
  /** Commands of the running transmission, null for all; and how many of them are answered. */
  private sent: Int32Array | null = null;
  private sentCount = 0;
  private answered = 0;

  /** The commands that follow are made of rows of `batch`. */
  beginBatch(batch: Batch): void {
    this.batches.push(batch);
    this.firstCommands.push(this.count);
  }

  get full(): boolean {
    return this.out.length >= CHUNK_BYTES;
  }

  get holdsManyBatches(): boolean {
    return this.batches.length >= MAX_BATCHES;
  }

  /** Ends the command that was written to `out` since the last call. */
  endCommand(row: number): void {
    if (this.count === this.ends.length) this.grow();
    this.ends[this.count] = this.out.length;
    this.rows[this.count] = row;
    this.states[this.count] = OPEN;
    this.count++;
    this.openCount++;
  }

  /** Takes the last command out, to stand in another chunk: its bytes, valid until the next write. */
  takeLastCommand(): Buffer {
    const start = this.startOf(--this.count);
    const bytes = this.out.bytes.subarray(start, this.out.length);
    this.out.length = start;
    this.openCount--;
    return bytes;
  }

  /** All bytes, for the first transmission. */
  beginSend(): Buffer {
    this.sent = null;
    this.sentCount = this.count;
    this.answered = 0;
    return this.out.view();
  }

  /** Bytes of the commands that are open or to be sent again. */
  beginResend(): Buffer {
    const sent = new Int32Array(this.count);
    const pieces: Buffer[] = [];
    let sentCount = 0;
    for (let i = 0; i < this.count; i++) {
      if (!this.isUnsettled(i)) continue;
      sent[sentCount++] = i;
      pieces.push(this.bytesOf(i));
    }
    this.sent = sent;
    this.sentCount = sentCount;
    this.answered = 0;
    return Buffer.concat(pieces);
  }

  get isAnswered(): boolean {
    return this.answered === this.sentCount;
  }

  get unanswered(): number {
    return this.sentCount - this.answered;
  }

  /** The next `answers` commands succeeded; returns how many of them did so for the first time. */
  acknowledge(answers: number): number {
    if (this.sent === null) {
      this.states.fill(ACKNOWLEDGED, this.answered, this.answered + answers);
      this.answered += answers;
      this.openCount -= answers;
      return answers;
    }
    let first = 0;
    for (let i = 0; i < answers; i++) {
      const command = this.sent[this.answered++];
      if (this.states[command] === OPEN) first++;
      this.states[command] = ACKNOWLEDGED;
    }
    this.openCount -= answers;
    return first;
  }

  /** The next command failed and stays open. */
  leaveOpen(): void {
    this.answered++;
  }

  /** The next command failed for good; says whose row it is, or null if its row was counted as written before. */
  rejectNext(): { batch: Batch; row: number } | null {
    const command = this.sent === null ? this.answered : this.sent[this.answered];
    this.answered++;
    this.openCount--;
    const counted = this.states[command] === AGAIN;
    this.states[command] = REJECTED;
    if (counted) return null;
    let index = this.batches.length - 1;
    while (this.firstCommands[index] > command) index--;
    return { batch: this.batches[index], row: this.rows[command] };
  }

  /**
   * Marks acknowledged commands to be sent again that write a key in `keys`, after adding the keys of the open ones:
   * of two rows with one key the later must win, also when only the earlier has to be repeated.
   */
  repeatLaterWritesOf(keys: Set<string>, keyOffset: number): void {
    for (let i = 0; i < this.count; i++) {
      const state = this.states[i];
      if (state === REJECTED || (state === ACKNOWLEDGED && keys.size === 0)) continue;
      const key = this.keyOf(i, keyOffset);
      if (state !== ACKNOWLEDGED) keys.add(key);
      else if (keys.has(key)) {
        this.states[i] = AGAIN;
        this.openCount++;
      }
    }
  }

  clear(): void {
    this.count = this.openCount = 0;
    this.batches.length = this.firstCommands.length = 0;
    this.sent = null;
    // One huge row must not make every later chunk as large.
    if (this.out.bytes.length > 2 * CHUNK_BYTES) this.out = new ByteWriter(CHUNK_BYTES + ROOM_BYTES);
    else this.out.clear();
  }

  private isUnsettled(command: number): boolean {
    return this.states[command] === OPEN || this.states[command] === AGAIN;
  }

  private startOf(command: number): number {
    return command === 0 ? 0 : this.ends[command - 1];
  }

  private bytesOf(command: number): Buffer {
    return this.out.bytes.subarray(this.startOf(command), this.ends[command]);
  }

  /** The key as latin1, which tells any two byte strings apart. `keyOffset` is where its bulk string begins. */
  private keyOf(command: number, keyOffset: number): string {
    const bytes = this.bytesOf(command);
    let at = keyOffset + 1;
    let length = 0;
    for (; bytes[at] !== 13; at++) length = length * 10 + bytes[at] - 48;
    return bytes.toString('latin1', at + 2, at + 2 + length);
  }

  private grow(): void {
    const capacity = this.ends.length * 2;
    const ends = new Int32Array(capacity);
    const rows = new Int32Array(capacity);
    const states = new Uint8Array(capacity);
    ends.set(this.ends);
    rows.set(this.rows);
    states.set(this.states);
    this.ends = ends;
    this.rows = rows;
    this.states = states;
  }
}
