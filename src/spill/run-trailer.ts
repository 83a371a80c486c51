/**
 * What stands behind the end mark of a run file: where each batch is, and checksums that together cover every byte.
 *
 *     header bytes (u32) | header (JSON) | entries (40 bytes each) | sample
 *     tail: CRC (u32) | trailer bytes (u32, without tail) | "ETL RUN1"
 *
 *     entry: offset (f64) | bytes (f64) | rows (u32) | partition (u32) | CRC (u32) | run (u32) | raw bytes (f64)
 *
 * The CRC of the tail covers the end mark, the trailer and its length. Batches lie one behind the other without gaps,
 * the first behind the schema, the last before the end mark: so nothing is left that no checksum covers.
 * Little-endian. CRC32 is zlib's: 7 GB/s, where a table-driven one in JavaScript does 1.
 */
import { crc32 } from 'node:zlib';
import type { RunOrigin } from './run-file.js';

export const TAIL_BYTES = 16;
const MAGIC = Buffer.from('ETL RUN1');
const ENTRY_BYTES = 40;

export interface RunHeader extends RunOrigin {
  readonly id: string;
  readonly rows: number;
  readonly batches: number;
  readonly partitionCount: number;
  readonly schemaBytes: number;
  readonly schemaCrc: number;
  readonly sampleBytes: number;
}

export interface BatchEntry {
  readonly offset: number;
  readonly bytes: number;
  readonly rows: number;
  readonly partition: number;
  readonly crc: number;
  /** Of the sorted runs in the file, in which of them it is. */
  readonly run: number;
  /** What it takes without compression. */
  readonly rawBytes: number;
}

export interface RunTrailer {
  readonly header: RunHeader;
  readonly entryCount: number;
  entry(index: number): BatchEntry;
  readonly sample: Uint8Array;
}

/** Grows while batches are written; kept as bytes, since a file may have a hundred thousand. */
export class EntryList {
  private bytes = Buffer.allocUnsafe(64 * ENTRY_BYTES);
  count = 0;

  add(entry: BatchEntry): void {
    const at = this.count++ * ENTRY_BYTES;
    if (at === this.bytes.length) this.bytes = Buffer.concat([this.bytes, Buffer.allocUnsafe(at)]);
    this.bytes.writeDoubleLE(entry.offset, at);
    this.bytes.writeDoubleLE(entry.bytes, at + 8);
    this.bytes.writeUInt32LE(entry.rows, at + 16);
    this.bytes.writeUInt32LE(entry.partition, at + 20);
    this.bytes.writeUInt32LE(entry.crc, at + 24);
    this.bytes.writeUInt32LE(entry.run, at + 28);
    this.bytes.writeDoubleLE(entry.rawBytes, at + 32);
  }

  view(): Uint8Array {
    return this.bytes.subarray(0, this.count * ENTRY_BYTES);
  }
}

/** Trailer and tail. `endMark` is what stands before them. */
export function encodeTrailer(endMark: Buffer, header: RunHeader, entries: EntryList, sample: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const jsonBytes = Buffer.alloc(4);
  jsonBytes.writeUInt32LE(json.length, 0);
  const trailer = Buffer.concat([jsonBytes, json, entries.view(), sample]);
  const tail = Buffer.alloc(TAIL_BYTES);
  tail.writeUInt32LE(trailer.length, 4);
  MAGIC.copy(tail, 8);
  tail.writeUInt32LE(trailerCrc(endMark, trailer, tail), 0);
  return Buffer.concat([trailer, tail]);
}

/** Bytes of the trailer that the tail tells of, or null where it is no tail. */
export function trailerBytes(tail: Buffer): number | null {
  return tail.length === TAIL_BYTES && tail.subarray(8).equals(MAGIC) ? tail.readUInt32LE(4) : null;
}

/** Null where the checksum does not fit. */
export function decodeTrailer(endMark: Buffer, trailer: Buffer, tail: Buffer): RunTrailer | null {
  if (trailerCrc(endMark, trailer, tail) !== tail.readUInt32LE(0)) return null;
  const entriesAt = 4 + trailer.readUInt32LE(0);
  // The checksum holds: it is what we wrote, if anybody did.
  const header = JSON.parse(trailer.toString('utf8', 4, entriesAt)) as RunHeader;
  return {
    header,
    entryCount: header.batches,
    entry(index) {
      const at = entriesAt + index * ENTRY_BYTES;
      return {
        offset: trailer.readDoubleLE(at),
        bytes: trailer.readDoubleLE(at + 8),
        rows: trailer.readUInt32LE(at + 16),
        partition: trailer.readUInt32LE(at + 20),
        crc: trailer.readUInt32LE(at + 24),
        run: trailer.readUInt32LE(at + 28),
        rawBytes: trailer.readDoubleLE(at + 32),
      };
    },
    sample: trailer.subarray(trailer.length - header.sampleBytes),
  };
}

function trailerCrc(endMark: Buffer, trailer: Buffer, tail: Buffer): number {
  return crc32(tail.subarray(4), crc32(trailer, crc32(endMark)));
}
