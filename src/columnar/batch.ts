/**
 * A batch: what flows between operators.
 *
 * At most `MAX_BATCH_ROWS` rows and about `TARGET_BATCH_BYTES`; one row larger than that is a batch of its own.
 * A filter does not move values: it names the rows that are left in `selection`, ascending row numbers into the columns.
 * A consumer that wants columns without holes calls `compactBatch` (take.ts).
 */
import type { Column } from './column.js';
import type { DataType } from './data-type.js';

export const MAX_BATCH_ROWS = 8192;
export const TARGET_BATCH_BYTES = 1 << 20;

export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

/** Field names are unique within a schema. JSON-safe. */
export interface Schema {
  readonly fields: readonly Field[];
}

export interface Batch {
  readonly schema: Schema;
  readonly columns: readonly Column[];
  /** Rows that the columns hold. */
  readonly length: number;
  /** The rows that count, or null when all do. */
  readonly selection: Int32Array | null;
}

/** Rows that count. */
export function rowCount(batch: Batch): number {
  return batch.selection === null ? batch.length : batch.selection.length;
}

export function fieldIndex(schema: Schema, name: string): number {
  return schema.fields.findIndex((field) => field.name === name);
}
