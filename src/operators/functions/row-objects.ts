/**
 * Rows as JavaScript objects and back: the one place where rows become objects, for functions of the user's.
 *
 * A row is `{column: value}`: bigint for bigint, text for exact decimals and times, see js-value.ts. On the way back, columns that are
 * left out are NULL, and keys that are no columns are ignored.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch, type Schema } from '../../columnar/batch.js';
import { createBuilder, type ColumnBuilder } from '../../columnar/column-builder.js';
import { appendJs, cellToJs } from '../../columnar/js-value.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { RowObject } from '../../protocol/user-function.js';

export function rowObject(schema: Schema, batch: Batch, row: number): RowObject {
  const object: RowObject = {};
  schema.fields.forEach((field, i) => (object[field.name] = cellToJs(batch.columns[i]!, row)));
  return object;
}

/** What a value is, for a message: `nothing`, `an array`, `a number`. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

/** Collects row objects into batches. Rows are kept as objects until `finish`, so that a failed row can be taken back. */
export class RowObjectsToBatch {
  private pending: unknown[][] = [];
  private bytes = 0;
  private readonly checkers: (ColumnBuilder | undefined)[] = [];

  constructor(private readonly schema: Schema) {}

  get rows(): number {
    return this.pending.length;
  }

  get isFull(): boolean {
    return this.rows >= MAX_BATCH_ROWS || this.bytes >= TARGET_BATCH_BYTES;
  }

  /** @throws ValueError where it is no row object, or a value has no place in its column */
  append(row: unknown): void {
    if (row === null || typeof row !== 'object' || Array.isArray(row)) {
      throw new ValueError('39000', `the function returned ${describe(row)} where a row object was expected`);
    }
    const values = this.schema.fields.map((field) =>
      Object.hasOwn(row, field.name) ? (row as RowObject)[field.name] : null,
    );
    this.schema.fields.forEach((field, i) => this.check(field.name, i, values[i]));
    this.pending.push(values);
    for (const value of values) this.bytes += typeof value === 'string' ? value.length + 8 : 16;
  }

  truncate(rows: number): void {
    this.pending.length = rows;
  }

  finish(): Batch {
    const builders = this.schema.fields.map((field) => createBuilder(field.type, this.rows));
    for (const values of this.pending) builders.forEach((builder, i) => appendJs(builder, values[i]));
    const length = this.rows;
    this.pending = [];
    this.bytes = 0;
    return { schema: this.schema, columns: builders.map((builder) => builder.finish()), length, selection: null };
  }

  /** Tries the value on a builder of its own, so that a bad one is known while its row is. */
  private check(name: string, i: number, value: unknown): void {
    let checker = this.checkers[i];
    if (checker === undefined || checker.length > 1024)
      checker = this.checkers[i] = createBuilder(this.schema.fields[i]!.type, 64);
    try {
      appendJs(checker, value);
    } catch (error) {
      this.checkers[i] = undefined;
      throw error instanceof ValueError ? new ValueError(error.sqlState, `column "${name}": ${error.message}`) : error;
    }
  }
}
