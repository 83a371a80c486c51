/**
 * Which joins send their smaller side to every slot, so that the larger one stays where it is: by the estimates of the catalogs, and
 * the memory of a slot. Chosen once, on the graph as the job file has it; the rules leave it as it is.
 *
 *     spread by key   both sides are written and read:           (small + large) rows through exchanges
 *     broadcast       the small one is held in each slot:         small × slots, and nothing of the large one moves
 */
import { formatCount } from '../config/units.js';
import type { Schema } from '../columnar/batch.js';
import { layoutOf, type DataType } from '../columnar/data-type.js';
import type { RowEstimate } from './estimate-rows.js';
import { canChain } from './can-chain.js';
import { ancestorsOf, makeGraph, nodeOf, type NodeOf } from './graph-edit.js';
import type { LogicalGraph } from './logical-graph.js';

/** Below it an exchange is not worth a thought. */
const LEAST_ROWS = 100_000;
/** The rows of the copies in all slots are at most this share of those that do not move. */
const MOST_COPIED = 1 / 2;
/** Of a slot's managed memory, all its tables that are chosen here together: what else runs in the slot has shares, too. */
const MEMORY_SHARE = 1 / 8;
/** A row of a hash table beside its columns, with room to grow. */
const TABLE_BYTES = 100;

export interface SlotRoom {
  readonly slots: number;
  /** Of one slot. */
  readonly managedBytes: number;
}

export function chooseJoins(graph: LogicalGraph, rowsOf: (id: string) => RowEstimate, room: SlotRoom): LogicalGraph {
  let left = room.managedBytes * MEMORY_SHARE;
  const nodes = graph.nodes.map((node) => {
    if (node.kind !== 'join' || node.hint !== null || node.leftKeys.length === 0) return node;
    const side = sidesOf(graph, node, rowsOf).find((one) => isWorth(one, room.slots) && one.bytes <= left);
    if (side === undefined) return node;
    left -= side.bytes;
    const why = `about ${formatCount(side.rows)} rows against ${formatCount(side.others)}`;
    return { ...node, small: { side: side.side, why } };
  });
  return makeGraph(nodes);
}

interface Candidate {
  readonly side: 'left' | 'right';
  readonly rows: number;
  readonly others: number;
  readonly bytes: number;
}

/** Sides whose rows without a partner need not be known, with a side in the way of which nothing stands. */
function sidesOf(graph: LogicalGraph, node: NodeOf<'join'>, rowsOf: (id: string) => RowEstimate): Candidate[] {
  const may: readonly Candidate['side'][] =
    node.type === 'full'
      ? []
      : node.type === 'inner'
        ? ['right', 'left']
        : node.type === 'right'
          ? ['left']
          : ['right'];
  const isInIteration = [...ancestorsOf(graph, node.id)].some((id) => nodeOf(graph, id).kind === 'iterationHead');
  if (isInIteration || node.parallelism !== null) return [];
  return may.flatMap((side): Candidate[] => {
    const [small, large] = side === 'left' ? node.inputs : [...node.inputs].reverse();
    const [rows, others] = [rowsOf(small), rowsOf(large)];
    if (rows === null || others === null || !canChain(graph, large, [small])) return [];
    return [{ side, rows, others, bytes: rows * (TABLE_BYTES + rowBytes(nodeOf(graph, small).schema)) }];
  });
}

function isWorth({ rows, others }: Candidate, slots: number): boolean {
  return others >= LEAST_ROWS && rows * slots <= others * MOST_COPIED;
}

/** About; a text is taken for one of 24 bytes. */
function rowBytes({ fields }: Schema): number {
  return fields.reduce((sum, { type }) => sum + cellBytes(type), 0);
}

function cellBytes(type: DataType): number {
  switch (layoutOf(type)) {
    case 'bits':
      return 1;
    case 'int32':
      return 4;
    case 'int64':
    case 'float64':
      return 8;
    case 'decimal128':
    case 'interval':
      return 16;
    case 'bytes':
      return 28;
    case 'list':
      return 64;
  }
}
