/**
 * Reads a table of a FlatBuffer. A slot that is not there has its default.
 *
 * Every position is checked against the buffer: what points outside is a RangeError, from DataView's own checks or ours,
 * and never an endless loop or a huge allocation.
 */
export interface FlatVector {
  /** Of the first element. */
  readonly at: number;
  readonly length: number;
}

export class FlatTable {
  private readonly vtable: number;
  private readonly vtableBytes: number;

  constructor(
    readonly view: DataView,
    private readonly at: number,
  ) {
    this.vtable = at - view.getInt32(at, true);
    this.vtableBytes = view.getUint16(this.vtable, true);
  }

  /** The root table of a buffer. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  int8(slot: number, missing = 0): number {
    const at = this.slot(slot);
    return at === 0 ? missing : this.view.getInt8(at);
  }

  int16(slot: number, missing = 0): number {
    const at = this.slot(slot);
    return at === 0 ? missing : this.view.getInt16(at, true);
  }

  int32(slot: number, missing = 0): number {
    const at = this.slot(slot);
    return at === 0 ? missing : this.view.getInt32(at, true);
  }

  int64(slot: number, missing = 0): number {
    const at = this.slot(slot);
    return at === 0 ? missing : safeInt64(this.view, at);
  }

  table(slot: number): FlatTable | null {
    const at = this.slot(slot);
    return at === 0 ? null : new FlatTable(this.view, at + this.view.getUint32(at, true));
  }

  string(slot: number): string | null {
    const vector = this.vector(slot, 1);
    if (vector === null) return null;
    return Buffer.from(this.view.buffer, this.view.byteOffset + vector.at, vector.length).toString();
  }

  /** A vector whose elements take `elementBytes` each. */
  vector(slot: number, elementBytes: number): FlatVector | null {
    const field = this.slot(slot);
    if (field === 0) return null;
    const start = field + this.view.getUint32(field, true);
    const length = this.view.getUint32(start, true);
    if (start + 4 + length * elementBytes > this.view.byteLength) throw new RangeError('a vector ends outside');
    return { at: start + 4, length };
  }

  tables(slot: number): FlatTable[] {
    const vector = this.vector(slot, 4);
    if (vector === null) return [];
    return Array.from({ length: vector.length }, (_, i) => {
      const at = vector.at + 4 * i;
      return new FlatTable(this.view, at + this.view.getUint32(at, true));
    });
  }

  private slot(index: number): number {
    const entry = 4 + 2 * index;
    if (entry >= this.vtableBytes) return 0;
    const offset = this.view.getUint16(this.vtable + entry, true);
    return offset === 0 ? 0 : this.at + offset;
  }
}

export function safeInt64(view: DataView, at: number): number {
  const value = Number(view.getBigInt64(at, true));
  if (!Number.isSafeInteger(value)) throw new RangeError('a number is too large');
  return value;
}
