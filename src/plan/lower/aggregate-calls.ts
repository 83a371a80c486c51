/** Aggregates of the language as the few that slots run; positions in the input instead of names. */
import type { Schema } from '../../columnar/batch.js';
import { EtlError } from '../../errors/etl-error.js';
import type { AggregateValue } from '../../expr/aggregates/aggregate-value.js';
import type { SortKey } from '../../expr/typed-expr.js';
import type { AggregateCall, Argument, CellKey, OrderedCall } from '../../protocol/aggregate-call.js';
import { columnsOf } from './physical-nodes.js';

type FirstRow = Extract<AggregateCall, { kind: 'firstRow' }>;
type Order = Omit<SortKey, 'column'>;

const ascending: Order = { descending: false, nullsFirst: false };
const descending: Order = { descending: true, nullsFirst: false };

export function aggregateCall(value: AggregateValue, input: Schema): AggregateCall {
  const { function: of, type, orderBy } = value;
  const [first, second] = value.arguments;
  const filter = value.filter === null ? null : columnsOf(input, [value.filter])[0];
  switch (of) {
    case 'count':
      return { kind: 'count', filter, argument: first === undefined ? null : argumentOf(input, first) };
    case 'sum':
    case 'avg':
    case 'var_samp':
    case 'var_pop':
    case 'stddev_samp':
    case 'stddev_pop':
      return { kind: 'statistic', statistic: of, filter, argument: argumentOf(input, first), type };
    case 'min':
    case 'bool_and':
      return firstRow(input, [first], [{ column: first, ...ascending }], { filter, skipNull: true });
    case 'max':
    case 'bool_or':
      return firstRow(input, [first], [{ column: first, ...descending }], { filter, skipNull: true });
    case 'min_by':
      return firstRow(input, [first], [{ column: second, ...ascending }], { filter, skipNull: true });
    case 'max_by':
      return firstRow(input, [first], [{ column: second, ...descending }], { filter, skipNull: true });
    case 'first':
      return firstRow(input, [first], orderBy, { filter, skipNull: false });
    case 'last':
      return firstRow(input, [first], orderBy.map(reversed), { filter, skipNull: false });
    case 'approx_count_distinct':
      return { kind: 'approxDistinct', filter, argument: argumentOf(input, first) };
    default:
      throw new EtlError('ETL-9001', `${of} needs its rows in an order`);
  }
}

/** Does it need its rows in an order? */
export function isOrdered({ function: of, distinct }: AggregateValue): boolean {
  return distinct || ['string_agg', 'array_agg', 'percentile_cont', 'percentile_disc'].includes(of);
}

/** `count`: of a percentile, the call that counts its values. */
export function orderedCall(value: AggregateValue, input: Schema, count: number): OrderedCall {
  const { function: of, type, separator, fraction } = value;
  const filter = value.filter === null ? null : columnsOf(input, [value.filter])[0];
  const base = (): { readonly filter: number | null; readonly argument: Argument } => ({
    filter,
    argument: argumentOf(input, value.arguments[0]),
  });
  switch (of) {
    case 'string_agg':
      return { kind: 'concatenate', ...base(), separator: separator! };
    case 'array_agg':
      return { kind: 'collect', ...base(), type };
    case 'percentile_cont':
    case 'percentile_disc':
      return { kind: 'percentile', ...base(), fraction: fraction!, continuous: of === 'percentile_cont', count };
    default:
      return aggregateCall({ ...value, distinct: false }, input);
  }
}

/** DISTINCT ON: the other columns of the first row. */
export function firstRowOf(input: Schema, values: readonly string[], orderBy: readonly SortKey[]): FirstRow {
  return firstRow(input, values, orderBy, { filter: null, skipNull: false });
}

/** Ties are broken by the values, so that the same row comes first whatever the order in which rows arrive. */
function firstRow(
  input: Schema,
  values: readonly string[],
  orderBy: readonly SortKey[],
  how: Pick<FirstRow, 'filter' | 'skipNull'>,
): FirstRow {
  const names = [...new Set([...values, ...orderBy.map((key) => key.column)])];
  const ties = values.map((column) => ({ column, ...ascending }));
  const keys = [...orderBy, ...ties.filter((tie) => !orderBy.some((key) => key.column === tie.column))];
  return {
    kind: 'firstRow',
    ...how,
    cells: names.map((name) => argumentOf(input, name)),
    keys: keys.map(({ column, ...order }): CellKey => ({ cell: names.indexOf(column), ...order })),
    values: values.map((name) => names.indexOf(name)),
  };
}

function reversed({ column, descending: isDescending, nullsFirst }: SortKey): SortKey {
  return { column, descending: !isDescending, nullsFirst: !nullsFirst };
}

function argumentOf(input: Schema, name: string): Argument {
  const [column] = columnsOf(input, [name]);
  return { column, type: input.fields[column].type };
}
