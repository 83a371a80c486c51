import { rowCount, type Batch } from './batch.js';
import { sliceBatch } from './take.js';

/** The counted rows of a batch in batches of at most `most`, over the same columns. */
export function* cutBatch(batch: Batch, most: number): Generator<Batch, void> {
  const rows = rowCount(batch);
  if (rows <= most) yield batch;
  else for (let from = 0; from < rows; from += most) yield sliceBatch(batch, from, Math.min(rows, from + most));
}
