/** The one place that knows all states. */
import type { AggregateCall, OrderedCall } from '../../protocol/aggregate-call.js';
import { approxDistinctState } from './approx-distinct-state.js';
import { collectState, concatenateState } from './collect-state.js';
import { countState } from './count-state.js';
import { extremeState } from './extreme-state.js';
import { firstRowState } from './first-row-state.js';
import { floatSpreadState } from './float-spread-state.js';
import { floatSumState } from './float-sum-state.js';
import type { GroupState, RowState } from './group-state.js';
import { integerSumState } from './integer-sum-state.js';
import { intervalState } from './interval-state.js';
import { numericState } from './numeric-state.js';
import { percentileState } from './percentile-state.js';

export function createState(call: AggregateCall): GroupState {
  switch (call.kind) {
    case 'count':
      return countState(call);
    case 'approxDistinct':
      return approxDistinctState(call);
    case 'firstRow':
      return extremeState(call) ?? firstRowState(call);
    case 'statistic': {
      const { kind } = call.argument.type;
      if (kind === 'interval') return intervalState(call);
      const isSum = call.statistic === 'sum' || call.statistic === 'avg';
      if (kind === 'float32' || kind === 'float64') return isSum ? floatSumState(call) : floatSpreadState(call);
      return isSum && kind !== 'numeric' ? integerSumState(call) : numericState(call);
    }
    default:
      return call satisfies never;
  }
}

/** `countOf`: of a call without an order, how many rows it has counted for the group. */
export function createOrderedState(call: OrderedCall, countOf: (call: number, group: number) => number): RowState {
  switch (call.kind) {
    case 'concatenate':
      return concatenateState(call);
    case 'collect':
      return collectState(call);
    case 'percentile':
      return percentileState(call, (group) => countOf(call.count, group));
    default:
      return createState(call);
  }
}
