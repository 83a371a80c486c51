/**
 * Writes one FlatBuffer (https://flatbuffers.dev/internals/), the form of Arrow's metadata.
 *
 * It grows from its end to its start, as the format wants children before their parents. What a method returns is a
 * reference: the distance of what it wrote from the end. Alignment is counted from the end too, which is right because
 * the finished buffer has a length divisible by 8.
 *
 *     const name = flat.string('id');
 *     flat.startTable(3);
 *     flat.reference(0, name);
 *     flat.finish(flat.endTable());
 */
const LARGEST = 8;

export class FlatBuilder {
  private bytes = Buffer.alloc(512);
  private used = 0;
  /** Of the table that is being written: where each slot's value lies, 0 for none. */
  private slots: number[] = [];
  private tableEnd = 0;

  string(text: string): number {
    const length = Buffer.byteLength(text);
    this.align(4, length + 1);
    this.used += length + 1;
    this.bytes.write(text, this.bytes.length - this.used);
    return this.pushInt32(length);
  }

  references(of: readonly number[]): number {
    this.align(4, 4 * of.length);
    for (let i = of.length - 1; i >= 0; i--) this.pushReference(of[i]);
    return this.pushInt32(of.length);
  }

  /** A vector of structs of `structBytes` with 8-byte members; `write` fills them at their offset. */
  structs(count: number, structBytes: number, write: (bytes: Buffer, at: number, index: number) => void): number {
    this.align(4, structBytes * count);
    this.align(LARGEST, structBytes * count);
    this.used += structBytes * count;
    const start = this.bytes.length - this.used;
    for (let i = 0; i < count; i++) write(this.bytes, start + i * structBytes, i);
    return this.pushInt32(count);
  }

  startTable(slotCount: number): void {
    this.slots = new Array<number>(slotCount).fill(0);
    this.tableEnd = this.used;
  }

  int8(slot: number, value: number): void {
    this.align(1, 0);
    this.used += 1;
    this.bytes.writeInt8(value, this.bytes.length - this.used);
    this.slots[slot] = this.used;
  }

  int16(slot: number, value: number): void {
    this.pushInt16(value);
    this.slots[slot] = this.used;
  }

  int32(slot: number, value: number): void {
    this.slots[slot] = this.pushInt32(value);
  }

  int64(slot: number, value: number): void {
    this.align(8, 0);
    this.used += 8;
    this.bytes.writeBigInt64LE(BigInt(value), this.bytes.length - this.used);
    this.slots[slot] = this.used;
  }

  reference(slot: number, to: number): void {
    this.slots[slot] = this.pushReference(to);
  }

  endTable(): number {
    const table = this.pushInt32(0);
    let count = this.slots.length;
    while (count > 0 && this.slots[count - 1] === 0) count--;
    for (let slot = count - 1; slot >= 0; slot--) {
      this.pushInt16(this.slots[slot] === 0 ? 0 : table - this.slots[slot]);
    }
    this.pushInt16(table - this.tableEnd);
    this.pushInt16(4 + 2 * count);
    this.bytes.writeInt32LE(this.used - table, this.bytes.length - table);
    return table;
  }

  /** The finished buffer; its length is divisible by 8. */
  finish(root: number): Buffer {
    this.align(LARGEST, 4);
    this.pushReference(root);
    return this.bytes.subarray(this.bytes.length - this.used);
  }

  private pushInt16(value: number): void {
    this.align(2, 0);
    this.used += 2;
    this.bytes.writeInt16LE(value, this.bytes.length - this.used);
  }

  private pushInt32(value: number): number {
    this.align(4, 0);
    this.used += 4;
    this.bytes.writeInt32LE(value, this.bytes.length - this.used);
    return this.used;
  }

  private pushReference(to: number): number {
    this.align(4, 0);
    return this.pushInt32(this.used + 4 - to);
  }

  /** Pads so that what begins after `before` more bytes lies at a multiple of `size`, and makes room for both. */
  private align(size: number, before: number): void {
    this.used += -(this.used + before) & (size - 1);
    const needed = this.used + before + LARGEST;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.alloc(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(grown, grown.length - this.bytes.length);
    this.bytes = grown;
  }
}
