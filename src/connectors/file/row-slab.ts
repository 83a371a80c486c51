/**
 * A window over a file that always begins with the next row.
 *
 *   bytes:  [ read rows | next row …              | free ]
 *                       ^ at                      ^ end
 *
 * `more` moves the unread rest to the front and fills up behind it. The window grows only while a row does not fit, and
 * not beyond `maxRowBytes` and one read: then `full` tells that the row is too long.
 */
import { isUtf8 } from 'node:buffer';
import type { ByteSource } from './byte-source.js';

const FIRST_BYTES = 1 << 18;

export class RowSlab {
  bytes: Buffer;
  at = 0;
  end = 0;
  /** Nothing comes behind `end`. */
  ended = false;
  /** All rows that end in the window are UTF-8; if not, each has to be asked. */
  clean = true;

  constructor(
    private readonly source: ByteSource,
    readonly maxRowBytes: number,
  ) {
    this.bytes = Buffer.allocUnsafeSlow(Math.min(FIRST_BYTES, maxRowBytes + 1));
  }

  /** Is the row at `at` longer than a row may be? */
  get full(): boolean {
    return this.end - this.at > this.maxRowBytes;
  }

  async more(): Promise<void> {
    if (this.at > 0) {
      this.bytes.copyWithin(0, this.at, this.end);
      this.end -= this.at;
      this.at = 0;
    } else if (this.end === this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(2 * this.bytes.length, this.maxRowBytes + FIRST_BYTES));
      this.bytes.copy(grown, 0, 0, this.end);
      this.bytes = grown;
    }
    // To the brim: a row that does not end here is looked at again from its beginning, so each time must bring much more.
    while (this.end < this.bytes.length && !this.ended) {
      const count = await this.source.read(this.bytes, this.end, this.bytes.length - this.end);
      this.end += count;
      this.ended = count === 0;
    }
    // A line break is no part of any longer UTF-8 sequence, so this cuts none.
    const whole = this.ended ? this.end : this.bytes.lastIndexOf(10, this.end - 1) + 1;
    this.clean = whole <= this.at || isUtf8(this.bytes.subarray(this.at, whole));
  }
}
