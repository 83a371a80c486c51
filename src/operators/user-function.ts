/**
 * map and flatMap with a user's own function: the one place where rows become objects.
 *
 * The function gets a row (`{column: value}`; bigint for bigint, text for exact decimals and times, see js-value.ts)
 * and returns a row (map) or an iterable of rows (flatMap), or a promise of it. Columns it leaves out are NULL, keys that
 * are no columns are ignored. A row for which it throws, or returns what does not fit, is rejected.
 */
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, rowCount, type Batch, type Schema } from '../columnar/batch.js';
import { createBuilder, type ColumnBuilder } from '../columnar/column-builder.js';
import { appendJs, cellToJs } from '../columnar/js-value.js';
import { RowErrors, ValueError } from '../columnar/row-errors.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import { loadUserFunction } from './load-user-function.js';
import type { Operator } from './operator.js';

type RowObject = Record<string, unknown>;

export async function prepareUserFunction(
  descriptor: Extract<OperatorDescriptor, { kind: 'map' | 'flatMap' }>,
  input: Schema,
  baseDir: string,
): Promise<Operator> {
  const call = await loadUserFunction(descriptor.module, descriptor.function, baseDir);
  return {
    id: descriptor.id,
    async *run([batches], { counters, reject }) {
      const output = new RowObjectsToBatch(descriptor.schema);
      for await (const batch of batches) {
        counters.in += rowCount(batch);
        const errors = new RowErrors();
        for (const row of rowsOf(batch)) {
          const before = output.rows;
          try {
            const answer = call(rowObject(input, batch, row));
            const returned: unknown = answer instanceof Promise ? await answer : answer;
            if (descriptor.kind === 'map') output.append(returned);
            else for (const one of asIterable(returned)) output.append(one);
          } catch (error) {
            // A row counts once: what a flatMap had made of it before it failed is taken back.
            output.truncate(before);
            errors.add(row, error instanceof ValueError ? error.sqlState : '38000', messageOf(error));
            continue;
          }
          const made = output.rows - before;
          if (made === 0) counters.filtered++;
          else counters.added += made - 1;
          if (output.isFull) {
            counters.out += output.rows;
            yield output.finish();
          }
        }
        if (errors.size > 0) {
          reject(batch, errors);
          counters.rejected += errors.size;
        }
      }
      if (output.rows > 0) {
        counters.out += output.rows;
        yield output.finish();
      }
    },
  };
}

function* rowsOf(batch: Batch): Iterable<number> {
  if (batch.selection !== null) yield* batch.selection;
  else for (let row = 0; row < batch.length; row++) yield row;
}

function rowObject(schema: Schema, batch: Batch, row: number): RowObject {
  const object: RowObject = {};
  schema.fields.forEach((field, i) => (object[field.name] = cellToJs(batch.columns[i]!, row)));
  return object;
}

function asIterable(value: unknown): Iterable<unknown> {
  if (value !== null && typeof value === 'object' && Symbol.iterator in value) return value as Iterable<unknown>;
  throw new ValueError(
    '39000',
    `the function returned ${describe(value)}; a flatMap returns an array or another iterable of rows`,
  );
}

function describe(value: unknown): string {
  return value === null
    ? 'null'
    : Array.isArray(value)
      ? 'an array'
      : value === undefined
        ? 'nothing'
        : `a ${typeof value}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Collects row objects into batches. Rows are kept as objects until `finish`, so that a failed row can be taken back. */
class RowObjectsToBatch {
  private pending: unknown[][] = [];
  private bytes = 0;

  constructor(private readonly schema: Schema) {}

  get rows(): number {
    return this.pending.length;
  }

  get isFull(): boolean {
    return this.rows >= MAX_BATCH_ROWS || this.bytes >= TARGET_BATCH_BYTES;
  }

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

  private readonly checkers: (ColumnBuilder | undefined)[] = [];

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
