/** The builder of text, json, numeric, uuid and bytea columns: all rows' bytes in one buffer. */
import { BaseBuilder, DEFAULT_CAPACITY, grown } from './base-builder.js';
import type { BytesColumn } from './column.js';
import { copyBytes } from './copy-bytes.js';
import type { DataType } from './data-type.js';
import { ValueError } from './row-errors.js';

export class BytesBuilder extends BaseBuilder {
  readonly layout = 'bytes';
  /** `offsets[length]` is where the next row's bytes begin. */
  offsets: Int32Array;
  data: Buffer;

  constructor(type: DataType, capacity = DEFAULT_CAPACITY) {
    super(type, capacity);
    this.offsets = new Int32Array(this.capacity + 1);
    this.data = Buffer.allocUnsafeSlow(this.capacity * 8);
  }

  protected override resize(capacity: number): void {
    this.offsets = grown(this.offsets, new Int32Array(capacity + 1));
  }

  /** Makes room for `extra` more bytes of data. May replace `data`. */
  reserveBytes(extra: number): void {
    const used = this.offsets[this.length];
    const needed = used + extra;
    if (needed <= this.data.length) return;
    if (needed > 0x7fffffff) throw new ValueError('54000', 'the values of a batch take more than 2 GiB');
    const data = Buffer.allocUnsafeSlow(Math.min(0x7fffffff, Math.max(needed, this.data.length * 2)));
    this.data.copy(data, 0, 0, used);
    this.data = data;
  }

  override appendNull(): void {
    super.appendNull();
    this.offsets[this.length] = this.offsets[this.length - 1];
  }

  appendBytes(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserveBytes(count);
    const row = this.beginRow();
    const at = this.offsets[row];
    this.offsets[row + 1] = at + count;
    copyBytes(source, start, end, this.data, at);
  }

  /** As UTF-8; a lone surrogate becomes U+FFFD. */
  appendString(text: string): void {
    this.reserveBytes(text.length * 3);
    const row = this.beginRow();
    const at = this.offsets[row];
    this.offsets[row + 1] = at + this.data.write(text, at, 'utf8');
  }

  /** Ends a row whose bytes the caller has stored in `data` from `offsets[length]` on, within what was reserved. */
  endRow(byteCount: number): void {
    const row = this.beginRow();
    this.offsets[row + 1] = this.offsets[row] + byteCount;
  }

  get byteSize(): number {
    return this.length * 4 + this.offsets[this.length];
  }

  finish(): BytesColumn {
    const used = this.offsets[this.length];
    const column: BytesColumn = {
      layout: 'bytes',
      type: this.type,
      offsets: this.offsets,
      data: this.data,
      ...this.takeValidity(),
    };
    this.offsets = new Int32Array(this.capacity + 1);
    // One wide row must not make every later batch as wide.
    this.data = Buffer.allocUnsafeSlow(Math.max(64, Math.min(this.data.length, used + (used >> 2))));
    return column;
  }
}
