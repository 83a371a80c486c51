/** What the builders of all layouts share: the row count, the validity bitmap, room for more rows. */
import { bitmapBytes, clearBit, setBit } from './bitmap.js';
import type { DataType } from './data-type.js';

export const DEFAULT_CAPACITY = 1024;

export abstract class BaseBuilder {
  length = 0;
  validity: Uint8Array | null = null;
  protected capacity: number;

  constructor(
    readonly type: DataType,
    capacity: number,
  ) {
    this.capacity = Math.max(8, capacity);
  }

  protected abstract resize(capacity: number): void;

  /** Makes room for `extra` more rows. May replace the arrays. */
  reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.capacity) return;
    this.capacity = Math.max(needed, this.capacity * 2);
    this.resize(this.capacity);
    if (this.validity !== null) this.validity = grown(this.validity, new Uint8Array(bitmapBytes(this.capacity)));
  }

  /** The row at `length` begins: room for it, and its bit set. */
  protected beginRow(): number {
    if (this.length === this.capacity) this.reserve(1);
    if (this.validity !== null) setBit(this.validity, this.length);
    return this.length++;
  }

  appendNull(): void {
    if (this.length === this.capacity) this.reserve(1);
    if (this.validity === null) {
      this.validity = new Uint8Array(bitmapBytes(this.capacity));
      const whole = this.length >> 3;
      this.validity.fill(0xff, 0, whole);
      this.validity[whole] = (1 << (this.length & 7)) - 1;
    }
    clearBit(this.validity, this.length);
    this.length++;
  }

  /** Keeps the first `length` rows. */
  truncate(length: number): void {
    this.length = length;
  }

  protected takeValidity(): { length: number; validity: Uint8Array | null } {
    const taken = { length: this.length, validity: this.validity };
    this.length = 0;
    this.validity = null;
    return taken;
  }
}

export function grown<T extends Uint8Array | Int32Array | Float64Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}
