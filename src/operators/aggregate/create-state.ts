/** The one place that knows all states. */
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import { countState } from './count-state.js';
import { firstRowState } from './first-row-state.js';
import { floatState } from './float-state.js';
import type { GroupState } from './group-state.js';
import { integerSumState } from './integer-sum-state.js';
import { numericState } from './numeric-state.js';

export function createState(call: AggregateCall): GroupState {
  switch (call.kind) {
    case 'count':
      return countState(call);
    case 'firstRow':
      return firstRowState(call);
    case 'statistic': {
      const { kind } = call.argument.type;
      if (kind === 'float32' || kind === 'float64') return floatState(call);
      const isSum = call.statistic === 'sum' || call.statistic === 'avg';
      return isSum && kind !== 'numeric' ? integerSumState(call) : numericState(call);
    }
    default:
      return call satisfies never;
  }
}
