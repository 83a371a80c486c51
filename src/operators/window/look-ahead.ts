/** Values of later rows of the same partition: a batch goes on when the rows behind it that its last ones look at are there. */
import { rowCount, type Batch } from '../../columnar/batch.js';
import type { Column } from '../../columnar/column.js';
import { concatColumns } from '../../columnar/concat-columns.js';
import { compactBatch, takeColumn } from '../../columnar/take.js';
import { likeRowBefore } from '../../kernels/like-row-before.js';
import type { OverCall } from '../../protocol/task.js';

export type LeadCall = Extract<OverCall, { kind: 'lag' | 'lead' }>;

export interface Ahead {
  readonly batch: Batch;
  readonly leads: ReadonlyMap<OverCall, Column>;
}

interface Waiting {
  readonly batch: Batch;
  /** Of each row, counted through all batches. */
  readonly partitions: Int32Array;
}

export async function* lookAhead(
  batches: AsyncIterable<Batch>,
  by: readonly number[],
  calls: readonly LeadCall[],
): AsyncGenerator<Ahead> {
  const furthest = Math.max(0, ...calls.map(({ offset }) => offset));
  const waiting: Waiting[] = [];
  let before: Batch | null = null;
  let partition = 0;
  let behind = 0;
  for await (const given of batches) {
    if (rowCount(given) === 0) continue;
    const batch = compactBatch(given);
    const isSame = likeRowBefore(before, batch, by);
    const partitions = new Int32Array(batch.length);
    for (let row = 0; row < batch.length; row++) {
      if (by.length > 0 && !isSame(row)) partition++;
      partitions[row] = partition;
    }
    before = batch;
    waiting.push({ batch, partitions });
    behind += waiting.length === 1 ? 0 : batch.length;
    while (waiting.length > 0 && behind >= furthest) {
      yield ahead(waiting, calls);
      waiting.shift();
      behind -= waiting[0]?.batch.length ?? 0;
    }
  }
  while (waiting.length > 0) {
    yield ahead(waiting, calls);
    waiting.shift();
  }
}

/** The first of them, with what its rows see in it and those behind. */
function ahead(waiting: readonly Waiting[], calls: readonly LeadCall[]): Ahead {
  const [{ batch, partitions }] = waiting;
  const all = concatenated(waiting.map((one) => one.partitions));
  const leads = calls.map((call): [OverCall, Column] => {
    const column = concatColumns(waiting.map((one) => one.batch.columns[call.column]));
    const rows = new Int32Array(batch.length);
    for (let row = 0; row < rows.length; row++) {
      const other = row + call.offset;
      rows[row] = other < all.length && all[other] === partitions[row] ? other : -1;
    }
    return [call, takeColumn(column, rows)];
  });
  return { batch, leads: new Map(leads) };
}

function concatenated(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    all.set(part, to);
    to += part.length;
  }
  return all;
}
