/**
 * The sample of a sorted run: the keys of the first row of each of its batches, kept in the run's trailer.
 *
 * One batch of the key columns, as Arrow bytes; row i belongs to batch i of the run. Readers cut their ranges by it and find
 * by it which batches they need (decisions/2026-11-26-ranges-are-cut-by-readers.md).
 */
import { ArrowDecoder } from '../columnar/arrow/arrow-decoder.js';
import { encodeBatch } from '../columnar/arrow/encode-batch.js';
import type { Batch, Schema } from '../columnar/batch.js';
import type { Column } from '../columnar/column.js';
import type { SortKey } from '../columnar/sort-key.js';
import { concatColumns } from '../columnar/concat-columns.js';
import { takeColumn } from '../columnar/take.js';

const FIRST_ROW = Int32Array.of(0);
/** A column of one row takes a hundred times what the row does: so many are put together. */
const PACKED_ROWS = 1024;

export class KeySample {
  private length = 0;
  private firstRows: Column[][] = [];
  /** The rows before those. */
  private readonly packed: Column[][] = [];

  constructor(
    private readonly schema: Schema,
    private readonly keys: readonly SortKey[],
  ) {}

  /** Notes a batch that is written to the run. */
  add({ columns }: Batch): void {
    this.length++;
    this.firstRows.push(this.keys.map((key) => takeColumn(columns[key.column], FIRST_ROW)));
    if (this.firstRows.length === PACKED_ROWS) this.pack();
  }

  encode(): Uint8Array {
    if (this.length === 0) return new Uint8Array();
    if (this.firstRows.length > 0) this.pack();
    const schema = sampleSchema(this.schema, this.keys);
    const columns = this.joined(this.packed);
    return Buffer.concat(encodeBatch({ schema, columns, length: this.length, selection: null }));
  }

  private pack(): void {
    this.packed.push(this.joined(this.firstRows));
    this.firstRows = [];
  }

  private joined(parts: readonly (readonly Column[])[]): Column[] {
    return this.keys.map((_, i) => concatColumns(parts.map((part) => part[i])));
  }
}

/** Null for a run without rows. */
export function decodeSample(schema: Schema, keys: readonly SortKey[], bytes: Uint8Array): Batch | null {
  if (bytes.length === 0) return null;
  // Arrow wants its buffers aligned, and the trailer does not.
  const aligned = Buffer.allocUnsafeSlow(bytes.length);
  aligned.set(bytes);
  return ArrowDecoder.forOwn(sampleSchema(schema, keys)).decode(aligned);
}

/** The keys as columns of their own. */
export function sampleKeys(keys: readonly SortKey[]): SortKey[] {
  return keys.map((key, column) => ({ ...key, column }));
}

function sampleSchema({ fields }: Schema, keys: readonly SortKey[]): Schema {
  return { fields: keys.map((key, i) => ({ ...fields[key.column], name: `key${i}` })) };
}
