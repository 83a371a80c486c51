/** The batches of one Arrow file, as the plan wants them: its columns by name, of the usual size. */
import { MAX_BATCH_ROWS, type Batch, type Schema } from '../../columnar/batch.js';
import { copyRows, cutCopies } from '../../columnar/cut-copies.js';
import { sameType, typeName } from '../../columnar/data-type.js';
import { formatBytes } from '../../config/units.js';
import { EtlError } from '../../errors/etl-error.js';
import type { ReadOptions, SlotContext } from '../connector.js';
import { openArrow } from './arrow-input.js';
import { fieldOf, type FileColumn, type FileSourceParams } from './source-params.js';

export async function* readArrow(
  { columns, batchRows }: FileSourceParams,
  context: SlotContext,
  path: string,
  shown: string,
  { limit, signal }: ReadOptions,
): AsyncGenerator<Batch> {
  const input = await openArrow(path, shown);
  try {
    const schema = { fields: columns.map(fieldOf) };
    const positions = columns.map((column) => positionOf(input.schema, column, shown));
    // Where no column is wanted, one is read: it holds the number of rows.
    const read = positions.length === 0 && input.schema.fields.length > 0 ? [0] : positions;
    let left = limit ?? Infinity;
    let isWarned = false;
    for await (const { batch, bytes } of input.batches(read)) {
      signal.throwIfAborted();
      if (bytes > context.networkBytes && !isWarned) {
        isWarned = true;
        const room = `the ${formatBytes(context.networkBytes)} that this slot has for reading`;
        context.log('warn', `${shown} has a batch of ${formatBytes(bytes)}, more than ${room}`);
      }
      const length = Math.min(left, batch.length);
      const found = batch.columns.slice(0, positions.length);
      const wanted = length < batch.length ? found.map((column) => copyRows(column, 0, length)) : found;
      const taken = { schema, columns: wanted, length, selection: null };
      for (const part of length === 0 ? [] : cutCopies(taken, Math.min(MAX_BATCH_ROWS, batchRows))) {
        yield part;
        signal.throwIfAborted();
      }
      left -= length;
      if (left === 0) return;
    }
  } finally {
    await input.close();
  }
}

/** Another file than the one that was planned with may have other columns. */
function positionOf({ fields }: Schema, { name, type }: FileColumn, shown: string): number {
  const position = fields.findIndex((field) => field.name === name);
  const hint = 'files of other columns are another source; a union brings them together';
  if (position < 0) throw new EtlError('ETL-4123', `${shown} has no column "${name}"`, { hint });
  const found = fields[position].type;
  if (sameType(found, type)) return position;
  const problem = `column "${name}" of ${shown} is ${typeName(found)}, not ${typeName(type)} as in the first file`;
  throw new EtlError('ETL-4123', problem, { hint });
}
