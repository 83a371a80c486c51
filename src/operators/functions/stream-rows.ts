/** Calls of a function of the user's, one after the other, and the rows that they give, as batches. */
import type { Batch, Schema } from '../../columnar/batch.js';
import { cellText } from '../../columnar/js-value.js';
import { isValid } from '../../columnar/column.js';
import { EtlError } from '../../errors/etl-error.js';
import type { NodeCounters } from '../../protocol/task.js';
import type { GroupHead } from '../group-cursor.js';
import { returnedRows } from './returned-rows.js';
import { RowObjectsToBatch } from './row-objects.js';

export interface FunctionCall {
  /** What the function returns. */
  readonly answer: () => unknown;
  /** For messages: `the group country = DE`. */
  readonly of: () => string;
  /** What is set in each row that comes back. */
  readonly fixed?: Readonly<Record<string, unknown>>;
}

/** @throws EtlError ETL-5004 naming the function and what it failed for */
export async function* streamRows(
  calls: AsyncIterable<FunctionCall>,
  schema: Schema,
  { function: name, module }: { readonly function: string; readonly module: string },
  counters: NodeCounters,
): AsyncGenerator<Batch> {
  const output = new RowObjectsToBatch(schema);
  const finish = (): Batch => {
    counters.out += output.rows;
    return output.finish();
  };
  for await (const { answer, of, fixed } of calls) {
    try {
      for await (const row of returnedRows(answer())) {
        output.append(fixed === undefined ? row : withFixed(row, fixed));
        if (output.isFull) yield finish();
      }
    } catch (error) {
      // What the rows came from has errors of its own: a lost file, an attempt that is given up.
      if (error instanceof EtlError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new EtlError('ETL-5004', `function "${name}" of ${module} failed for ${of()}: ${reason}`, {
        cause: error,
        hint: 'the stack is in the log of the run',
      });
    }
  }
  if (output.rows > 0) yield finish();
}

/** Rows in and rows out of a function need not be as many. */
export function balance(counters: NodeCounters, rowsIn: number): void {
  counters.in += rowsIn;
  const made = counters.out - rowsIn;
  if (made > 0) counters.added += made;
  else counters.merged -= made;
}

export function describeGroup(by: readonly number[], { batch, row }: GroupHead): string {
  if (by.length === 0) return 'all rows';
  const keys = by.map((column) => {
    const { name } = batch.schema.fields[column];
    return `${name} = ${isValid(batch.columns[column], row) ? cellText(batch.columns[column], row).slice(0, 100) : 'NULL'}`;
  });
  return `the group ${keys.join(', ')}`;
}

/** What is no row object is told by whoever appends it. */
function withFixed(row: unknown, fixed: Readonly<Record<string, unknown>>): unknown {
  return row !== null && typeof row === 'object' && !Array.isArray(row) ? { ...row, ...fixed } : row;
}
