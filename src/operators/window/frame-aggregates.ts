/** Aggregates of one partition, as far as its frames have come. */
import type { Batch } from '../../columnar/batch.js';
import type { Column } from '../../columnar/column.js';
import { RowErrors } from '../../columnar/row-errors.js';
import { viewRows } from '../../columnar/view-rows.js';
import { EtlError } from '../../errors/etl-error.js';
import type { Reservation } from '../../memory/reservation.js';
import type { OverCall } from '../../protocol/task.js';
import { createState } from '../aggregate/create-state.js';
import type { GroupState } from '../aggregate/group-state.js';
import { filtered } from '../aggregate/groups.js';

const ONE = Int32Array.of(0);

export class FrameAggregates {
  private readonly states: readonly { readonly state: GroupState; readonly filter: number | null }[];

  constructor(calls: readonly OverCall[], memory: Reservation) {
    this.states = calls.flatMap((one) =>
      one.kind === 'aggregate' ? [{ state: createState(one.call), filter: one.call.filter }] : [],
    );
    memory.grow(this.states.reduce((sum, { state }) => sum + state.bytesPerGroup, 0));
    this.clear();
  }

  get isEmpty(): boolean {
    return this.states.length === 0;
  }

  /** Another partition begins. */
  clear(): void {
    for (const { state } of this.states) {
      state.clear();
      state.resize(1);
    }
  }

  add(batch: Batch, from: number, to: number): void {
    const length = to - from;
    const columns = batch.columns.map((column) => viewRows(column, from, to));
    const groups = new Int32Array(length);
    for (const { state, filter } of this.states)
      state.update(columns, filtered(groups, { ...batch, columns, length }, filter), length);
  }

  /** One row each. @throws EtlError ETL-5301 where one cannot be computed: an overflow */
  values(): Column[] {
    const errors = new RowErrors();
    const values = this.states.flatMap(({ state }) => state.results(ONE, errors));
    const [first] = errors.list;
    if (first !== undefined) throw new EtlError(errors.code, first.message, { sqlState: first.sqlState });
    return values;
  }
}
