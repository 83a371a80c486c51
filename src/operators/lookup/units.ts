/** Batches put together until they have enough rows for a request. */
import { MAX_BATCH_ROWS, rowCount, TARGET_BATCH_BYTES, type Batch } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { concatColumns } from '../../columnar/concat-columns.js';
import { compactBatch } from '../../columnar/take.js';

/** Without selections, none empty. */
export async function* unitsOf(batches: AsyncIterable<Batch>, leastRows: number): AsyncGenerator<Batch> {
  let gathered: Batch[] = [];
  let rows = 0;
  let bytes = 0;
  for await (const batch of batches) {
    if (rowCount(batch) === 0) continue;
    const dense = compactBatch(batch);
    const size = sizeOfBatch(dense);
    if (gathered.length > 0 && rows + dense.length > MAX_BATCH_ROWS) {
      yield joined(gathered);
      [gathered, rows, bytes] = [[], 0, 0];
    }
    gathered.push(dense);
    rows += dense.length;
    bytes += size;
    if (rows < leastRows && bytes < TARGET_BATCH_BYTES) continue;
    yield joined(gathered);
    [gathered, rows, bytes] = [[], 0, 0];
  }
  if (gathered.length > 0) yield joined(gathered);
}

function joined(batches: readonly Batch[]): Batch {
  const [first] = batches;
  if (batches.length === 1) return first!;
  const columns = first!.columns.map((_, index) => concatColumns(batches.map((batch) => batch.columns[index]!)));
  return { ...first!, columns, length: batches.reduce((sum, batch) => sum + batch.length, 0) };
}
