/**
 * Window functions. Rows come sorted by their partition, then by the order of the window; each gets a column for each call.
 *
 * Numbers, other rows and first rows are known when a row comes (those behind it are waited for: look-ahead.ts). An aggregate is known at the end of its frame: of the rows that are
 * equal in the order, or of the partition where there is none. The rows of a frame that is still open are held, in memory and then on
 * disk (held-rows.ts); frames within one batch never are.
 */
import type { Batch } from '../../columnar/batch.js';
import type { Column } from '../../columnar/column.js';
import { concatColumns } from '../../columnar/concat-columns.js';
import { takeColumn } from '../../columnar/take.js';
import { viewRows } from '../../columnar/view-rows.js';
import { likeRowBefore } from '../../kernels/like-row-before.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import type { Operator, OperatorRun } from '../operator.js';
import { FrameAggregates } from './frame-aggregates.js';
import { HeldRows } from './held-rows.js';
import { lookAhead, type Ahead } from './look-ahead.js';
import { RowCalls } from './row-calls.js';

export type OverDescriptor = Extract<OperatorDescriptor, { kind: 'over' }>;

export function prepareOver(descriptor: OverDescriptor): Operator {
  return { id: descriptor.id, run: ([batches], run) => new Over(descriptor, run).rows(batches) };
}

class Over {
  private readonly calls: RowCalls;
  private readonly aggregates: FrameAggregates;
  private readonly held: HeldRows;
  private before: Batch | null = null;

  constructor(
    private readonly descriptor: OverDescriptor,
    private readonly run: OperatorRun,
  ) {
    this.calls = new RowCalls(descriptor.calls);
    this.aggregates = new FrameAggregates(descriptor.calls, run.memory);
    this.held = new HeldRows(run);
  }

  async *rows(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
    const { counters } = this.run;
    try {
      const { by, calls } = this.descriptor;
      const leads = calls.flatMap((call) => (call.kind === 'lead' ? [call] : []));
      for await (const ahead of lookAhead(batches, by, leads)) {
        counters.in += ahead.batch.length;
        yield* this.add(ahead);
        this.before = ahead.batch;
      }
      yield* this.endFrame();
    } finally {
      this.held.clear();
      this.run.memory.free();
    }
  }

  private async *add({ batch, leads }: Ahead): AsyncGenerator<Batch> {
    const { by, order } = this.descriptor;
    const inPartition = likeRowBefore(this.before, batch, by);
    const isPeer = likeRowBefore(this.before, batch, order);
    const partitions = new Uint8Array(batch.length);
    const peers = new Uint8Array(batch.length);
    for (let row = 0; row < batch.length; row++) {
      partitions[row] = by.length > 0 ? (inPartition(row) ? 0 : 1) : row === 0 && this.before === null ? 1 : 0;
      peers[row] = partitions[row] === 1 || (order.length > 0 && !isPeer(row)) ? 1 : 0;
    }
    const known = this.calls.columns(batch, { partitions, peers, leads });
    const rows = { ...batch, columns: [...batch.columns, ...known] };
    if (this.aggregates.isEmpty) yield this.complete(rows, []);
    else yield* this.frames(rows, partitions, peers);
  }

  /** Rows of frames that end here go on; those of the last one wait. */
  private async *frames(rows: Batch, partitions: Uint8Array, peers: Uint8Array): AsyncGenerator<Batch> {
    const starts: number[] = [];
    for (let row = 0; row < rows.length; row++) if (peers[row] === 1) starts.push(row);
    const [first = rows.length] = starts;
    if (first > 0) {
      this.aggregates.add(rows, 0, first);
      await this.held.add(part(rows, 0, first));
    }
    if (starts.length === 0) return;
    yield* this.endFrame();
    const values: (readonly Column[])[] = [];
    const last = starts.at(-1)!;
    const frameOf = new Int32Array(last - first);
    for (let frame = 0; frame < starts.length; frame++) {
      const from = starts[frame];
      if (partitions[from] === 1) this.aggregates.clear();
      this.aggregates.add(rows, from, starts[frame + 1] ?? rows.length);
      if (from === last) break;
      values.push(this.aggregates.values());
      frameOf.fill(frame, from - first, starts[frame + 1] - first);
    }
    if (values.length > 0) {
      const columns = values[0].map((_, call) => concatColumns(values.map((value) => value[call])));
      yield this.complete(
        part(rows, first, last),
        columns.map((column) => takeColumn(column, frameOf)),
      );
    }
    await this.held.add(part(rows, last, rows.length));
  }

  private async *endFrame(): AsyncGenerator<Batch> {
    if (this.held.isEmpty) return;
    const values = this.aggregates.values();
    for await (const rows of this.held.read()) {
      const same = new Int32Array(rows.length);
      yield this.complete(
        rows,
        values.map((value) => takeColumn(value, same)),
      );
    }
    this.held.clear();
  }

  /** Columns of the calls in the order in which they are asked for. */
  private complete(rows: Batch, aggregated: readonly Column[]): Batch {
    const { schema, calls } = this.descriptor;
    const own = rows.columns.length - (calls.length - aggregated.length);
    const known = rows.columns.slice(own);
    let [nextKnown, nextAggregated] = [0, 0];
    const added = calls.map((call) => (call.kind === 'aggregate' ? aggregated[nextAggregated++] : known[nextKnown++]));
    this.run.counters.out += rows.length;
    return { schema, columns: [...rows.columns.slice(0, own), ...added], length: rows.length, selection: null };
  }
}

function part(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.length) return batch;
  const columns = batch.columns.map((column) => concatColumns([viewRows(column, from, to)]));
  return { ...batch, columns, length: to - from };
}
