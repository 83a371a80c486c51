/**
 * Arrow's file format: a stream between magic words, with a footer that says where its messages are.
 *
 *     "ARROW1" 0 0 | schema, batches, end mark | footer (FlatBuffer) | its bytes (int32) | "ARROW1"
 */
import type { Schema } from '../batch.js';
import { ArrowError } from './arrow-error.js';
import { ArrowDecoder } from './arrow-decoder.js';
import { METADATA_V5 } from './arrow-type.js';
import { writeSchema } from './encode-schema.js';
import { FlatBuilder } from './flat-builder.js';
import { FlatTable, safeInt64 } from './flat-table.js';
import { checked } from './message.js';

const MAGIC = 'ARROW1';
const BLOCK_BYTES = 24;
/** What stands behind the footer: its length, the magic word. */
export const FOOTER_TAIL_BYTES = 4 + MAGIC.length;

/** Where a message lies in a file: frame and metadata, then the body. */
export interface Block {
  readonly offset: number;
  readonly metadataBytes: number;
  readonly bodyBytes: number;
}

export interface FileFooter {
  /** Knows the schema; is to be given the dictionaries before the batches. */
  readonly decoder: ArrowDecoder;
  readonly dictionaries: readonly Block[];
  readonly batches: readonly Block[];
}

/** The first bytes of a file. */
export function fileHead(): Buffer {
  const head = Buffer.alloc(8);
  head.write(MAGIC);
  return head;
}

export function isArrowFile(head: Buffer): boolean {
  return head.toString('latin1', 0, MAGIC.length) === MAGIC;
}

/** All that follows the end mark of the stream. */
export function encodeFooter(schema: Schema, batches: readonly Block[]): Buffer {
  const flat = new FlatBuilder();
  const fields = writeSchema(flat, schema);
  const dictionaries = flat.structs(0, BLOCK_BYTES, () => undefined);
  const blocks = flat.structs(batches.length, BLOCK_BYTES, (bytes, at, i) => {
    bytes.writeBigInt64LE(BigInt(batches[i].offset), at);
    bytes.writeInt32LE(batches[i].metadataBytes, at + 8);
    bytes.writeBigInt64LE(BigInt(batches[i].bodyBytes), at + 16);
  });
  flat.startTable(5);
  flat.reference(1, fields);
  flat.reference(2, dictionaries);
  flat.reference(3, blocks);
  flat.int16(0, METADATA_V5);
  const footer = flat.finish(flat.endTable());
  const tail = Buffer.alloc(FOOTER_TAIL_BYTES);
  tail.writeInt32LE(footer.length, 0);
  tail.write(MAGIC, 4);
  return Buffer.concat([footer, tail]);
}

/**
 * Bytes of the footer, from the last bytes of a file.
 * @throws ArrowError where it is no Arrow file, or an unfinished one
 */
export function footerBytes(tail: Buffer): number {
  const bytes = tail.length < FOOTER_TAIL_BYTES ? 0 : tail.readInt32LE(tail.length - FOOTER_TAIL_BYTES);
  if (bytes <= 0 || !isArrowFile(tail.subarray(tail.length - MAGIC.length)))
    throw new ArrowError('it does not end as an Arrow file does; was it written to its end?');
  return bytes;
}

/** @throws ArrowError */
export function decodeFooter(footer: Buffer): FileFooter {
  return checked(() => {
    const root = FlatTable.root(footer);
    const schema = root.table(1);
    if (schema === null) throw new ArrowError('its footer has no schema');
    return {
      decoder: ArrowDecoder.forSchemaTable(schema),
      dictionaries: readBlocks(root, 2),
      batches: readBlocks(root, 3),
    };
  });
}

function readBlocks(root: FlatTable, slot: number): Block[] {
  const vector = root.vector(slot, BLOCK_BYTES);
  if (vector === null) return [];
  return Array.from({ length: vector.length }, (_, i) => {
    const at = vector.at + BLOCK_BYTES * i;
    const block = {
      offset: safeInt64(root.view, at),
      metadataBytes: root.view.getInt32(at + 8, true),
      bodyBytes: safeInt64(root.view, at + 16),
    };
    if (block.offset < 0 || block.metadataBytes < 0 || block.bodyBytes < 0) throw new RangeError('a negative length');
    return block;
  });
}
