/**
 * join and cross: which side is held in memory, and how rows get to their partners.
 *
 *     repartition   left ═HASH(keys)═▶ join ◀═HASH(keys)═ right
 *     broadcast     one  ────────────▶ join ◀═BROADCAST══ other, which is the one in memory
 *     nested loop   one  ═REBALANCE══▶ join ◀═BROADCAST══ other
 *
 * A side that is broadcast is seen by every task, so none knows which of its rows found no partner anywhere: without keys, a side
 * whose rows without a partner count goes to one task with the other.
 */
import { formatCount } from '../../config/units.js';
import type { Schema } from '../../columnar/batch.js';
import type { SortKey } from '../../columnar/sort-key.js';
import type { JoinType, Ship } from '../../protocol/task.js';
import { canChain } from '../can-chain.js';
import type { NodeOf } from '../graph-edit.js';
import type { RowEstimate } from '../estimate-rows.js';
import type { LogicalGraph } from '../logical-graph.js';
import { joinSchema } from '../node-schemas.js';
import type { PhysicalNode } from '../physical-graph.js';
import { columnsOf, exchanged, forward, operatorBehind, sortBefore, type SchemaOf } from './physical-nodes.js';

type Side = 'left' | 'right';

interface Strategy {
  /** Are both sides sorted by key? */
  readonly isSorted: boolean;
  /** The side in memory. */
  readonly build: Side;
  /** Null: FORWARD. */
  readonly ships: readonly [Ship | null, Ship | null];
  /** For explain. */
  readonly how: string;
}

export function lowerJoin(
  node: NodeOf<'join'>,
  schemaOf: SchemaOf,
  rowsOf: (id: string) => RowEstimate,
  graph: LogicalGraph,
): readonly PhysicalNode[] {
  const [left, right] = node.inputs.map(schemaOf);
  const leftKeys = columnsOf(left, node.leftKeys);
  const rightKeys = columnsOf(right, node.rightKeys);
  const { type, nullSafe, residual } = node;
  const body = { leftKeys, rightKeys, type, nullSafe, residual };
  const smaller = smallerSide(rowsOf(node.inputs[0]), rowsOf(node.inputs[1]));
  return joinNodes(node, schemaOf, { ...body, strategy: strategyOf(graph, node, leftKeys, rightKeys, smaller) });
}

export function lowerCross(
  node: NodeOf<'cross'>,
  schemaOf: SchemaOf,
  rowsOf: (id: string) => RowEstimate,
): readonly PhysicalNode[] {
  const body = { type: 'inner' as const, leftKeys: [], rightKeys: [], nullSafe: [], residual: null };
  const smaller = smallerSide(rowsOf(node.inputs[0]), rowsOf(node.inputs[1]));
  const strategy =
    node.small === null
      ? everyPair(smaller.side, smaller.why)
      : everyPair(node.small === 'first' ? 'left' : 'right', 'which is said to be small');
  return joinNodes(node, schemaOf, { ...body, strategy });
}

interface JoinBody {
  readonly type: JoinType;
  readonly leftKeys: readonly number[];
  readonly rightKeys: readonly number[];
  readonly nullSafe: readonly boolean[];
  readonly residual: NodeOf<'join'>['residual'];
  readonly strategy: Strategy;
}

function joinNodes(
  node: NodeOf<'join' | 'cross'>,
  schemaOf: SchemaOf,
  { strategy, ...body }: JoinBody,
): readonly PhysicalNode[] {
  const [left, right] = node.inputs.map(schemaOf);
  const pair = joinSchema('inner', left, right, node.rightNames);
  const { isSorted, build } = strategy;
  const sorts = !isSorted
    ? []
    : [
        sortedSide(node, 'left', node.inputs[0], left, body.leftKeys),
        sortedSide(node, 'right', node.inputs[1], right, body.rightKeys),
      ];
  const inputs = node.inputs.map((input, i) => {
    const ship = strategy.ships[i];
    return ship === null ? forward(input) : exchanged(node, i, sorts[i]?.id ?? input, ship, sorts[i]?.order);
  });
  const isBroadcast = strategy.ships.some((ship) => ship?.kind === 'BROADCAST');
  const output = columnsOf(pair, node.schema.fields.map(({ name }) => name)); // prettier-ignore
  const joined = operatorBehind(node, inputs, { kind: 'join', ...body, pair, output, build, isSorted, isBroadcast });
  return [...sorts.map(({ order: _, ...sort }) => sort), { ...joined, strategy: strategy.how }];
}

function sortedSide(
  node: NodeOf<'join' | 'cross'>,
  side: Side,
  input: string,
  schema: Schema,
  columns: readonly number[],
): PhysicalNode & { readonly order: readonly SortKey[] } {
  const order = columns.map((column): SortKey => ({ column, descending: false, nullsFirst: false }));
  return { ...sortBefore(node, `${side}.sort`, input, schema, order), order };
}

/** The side to hold in memory where the job says nothing, and why. */
function smallerSide(left: RowEstimate, right: RowEstimate): { readonly side: Side; readonly why: string } {
  if (left === null || right === null) {
    const unknown = left !== null ? 'the right side' : right !== null ? 'the left side' : 'either side';
    return { side: 'right', why: `no estimate of ${unknown}` };
  }
  const side = left < right ? 'left' : 'right';
  const [less, more] = [Math.min(left, right), Math.max(left, right)].map(formatCount);
  return { side, why: `about ${less} rows against ${more}` };
}

function strategyOf(
  graph: LogicalGraph,
  node: NodeOf<'join'>,
  leftKeys: readonly number[],
  rightKeys: readonly number[],
  smaller: ReturnType<typeof smallerSide>,
): Strategy {
  const { type, hint, small } = node;
  if (leftKeys.length === 0) {
    if (type === 'right') return everyPair('left', 'because rows of the right one count without a partner, too');
    if (type !== 'full') return everyPair('right', 'because there is no equality of both in "on"');
    const one: Ship = { kind: 'GLOBAL' };
    return {
      isSorted: false,
      build: 'right',
      ships: [one, one],
      how: 'nested loop in one task, the right side in memory',
    };
  }
  if (small !== null) return broadcast(graph, node, small.side, small.why);
  switch (hint) {
    case 'BROADCAST_HASH_FIRST':
      return broadcast(graph, node, 'left', `hint ${hint}`);
    case 'BROADCAST_HASH_SECOND':
      return broadcast(graph, node, 'right', `hint ${hint}`);
    default: {
      const build = hint === null ? smaller.side : hint === 'REPARTITION_HASH_FIRST' ? 'left' : 'right';
      const ships: [Ship, Ship] = [
        { kind: 'HASH', columns: leftKeys },
        { kind: 'HASH', columns: rightKeys },
      ];
      if (hint === 'REPARTITION_SORT_MERGE')
        return {
          isSorted: true,
          build: smaller.side,
          ships,
          how: `sort-merge, both sides spread by key: hint ${hint}`,
        };
      const why = hint === null ? smaller.why : `hint ${hint}`;
      return {
        isSorted: false,
        build,
        ships,
        how: `hash, both sides spread by key, the ${build} side in memory: ${why}`,
      };
    }
  }
}

/** The rows of the other side stay in the chain that makes them, if that can be. */
function broadcast(graph: LogicalGraph, { inputs, parallelism }: NodeOf<'join'>, build: Side, why: string): Strategy {
  const [small, large] = build === 'left' ? inputs : [...inputs].reverse();
  const stays = parallelism === null && canChain(graph, large, [small]);
  const how = `hash, the ${build} side broadcast: ${why}`;
  return { isSorted: false, build, ships: shipsOf(build, stays ? null : { kind: 'REBALANCE' }), how };
}

function everyPair(build: Side, why: string): Strategy {
  return {
    isSorted: false,
    build,
    ships: shipsOf(build, { kind: 'REBALANCE' }),
    how: `nested loop, the ${build} side broadcast, ${why}`,
  };
}

function shipsOf(build: Side, others: Ship | null): Strategy['ships'] {
  const all: Ship = { kind: 'BROADCAST' };
  return build === 'left' ? [all, others] : [others, all];
}
