/**
 * A row among many batches as one integer: `batch index * MAX_BATCH_ROWS + row`. Kernels that order, join or gather rows of
 * many batches carry addresses, so that no batch is copied before its rows have their final place.
 *
 * Addresses are not negative, so a list has at most `MAX_BATCHES` batches; a negative address stands for a row of NULLs.
 */
import { MAX_BATCH_ROWS, rowCount, type Batch } from './batch.js';

export const MAX_BATCHES = 0x80000000 / MAX_BATCH_ROWS;

const ROW_BITS = 31 - Math.clz32(MAX_BATCH_ROWS);
const ROW_MASK = MAX_BATCH_ROWS - 1;

export function addressOf(batch: number, row: number): number {
  return (batch << ROW_BITS) | row;
}

export function batchOf(address: number): number {
  return address >>> ROW_BITS;
}

export function rowOf(address: number): number {
  return address & ROW_MASK;
}

/** The addresses of all rows that count, batch after batch. */
export function addressRows(batches: readonly Batch[]): Int32Array {
  if (batches.length > MAX_BATCHES) throw new RangeError(`${batches.length} batches have no addresses`);
  const addresses = new Int32Array(batches.reduce((sum, batch) => sum + rowCount(batch), 0));
  let to = 0;
  batches.forEach(({ length, selection }, index) => {
    if (length > MAX_BATCH_ROWS) throw new RangeError(`a batch of ${length} rows has no addresses`);
    const first = addressOf(index, 0);
    if (selection === null) for (let row = 0; row < length; row++) addresses[to++] = first + row;
    else for (const row of selection) addresses[to++] = first + row;
  });
  return addresses;
}
