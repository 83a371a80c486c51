/**
 * map and flatMap with a user's own function, which gets a row object and returns one (map) or an iterable of them (flatMap),
 * or a promise of it. A row for which it throws, or returns what does not fit, is rejected.
 */
import { rowCount, type Batch, type Schema } from '../../columnar/batch.js';
import { RowErrors, ValueError } from '../../columnar/row-errors.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import type { Operator } from '../operator.js';
import { plainContext } from './function-context.js';
import { loadUserFunction } from './load-user-function.js';
import { describe, rowObject, RowObjectsToBatch } from './row-objects.js';

export async function prepareMapRows(
  descriptor: Extract<OperatorDescriptor, { kind: 'map' | 'flatMap' }>,
  input: Schema,
  baseDir: string,
): Promise<Operator> {
  const call = await loadUserFunction(descriptor.module, descriptor.function, baseDir);
  return {
    id: descriptor.id,
    async *run([batches], run) {
      const { counters, reject } = run;
      const context = plainContext(run);
      const output = new RowObjectsToBatch(descriptor.schema);
      for await (const batch of batches) {
        counters.in += rowCount(batch);
        const errors = new RowErrors();
        for (const row of rowsOf(batch)) {
          const before = output.rows;
          try {
            const answer = call(rowObject(input, batch, row), context);
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

function asIterable(value: unknown): Iterable<unknown> {
  if (value !== null && typeof value === 'object' && Symbol.iterator in value) return value as Iterable<unknown>;
  throw new ValueError(
    '39000',
    `the function returned ${describe(value)}; a flatMap returns an array or another iterable of rows`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
