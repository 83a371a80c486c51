/**
 * iterationHead, iterate: what goes round is left in exchanges. The head reads what the rows before the iteration were left in; when
 * a superstep ends, what its last steps have left takes that place (`feedback`). Behind the last superstep `iterate` reads it.
 *
 *     first ═▶ head ─▶ … ─▶ next ═▶ iterate ─▶ …
 *               ▲             ║
 *               ╚═ feedback ══╝
 */
import type { Ship } from '../../protocol/task.js';
import { iterationText } from '../explain/describe-node.js';
import type { NodeOf } from '../graph-edit.js';
import type { LogicalGraph } from '../logical-graph.js';
import { nullableSchema } from '../node-schemas.js';
import type { PhysicalNode } from '../physical-graph.js';
import { exchanged, operatorBefore, operatorBehind, type SchemaOf } from './physical-nodes.js';

/** The exchange that a head reads, and the one whose parts take its place behind each superstep. */
export interface Feedback {
  readonly from: string;
  readonly to: string;
}

export function feedbackOf({ nodes }: LogicalGraph, { id }: NodeOf<'iterate'>): Feedback[] {
  return nodes.flatMap((head) =>
    head.kind === 'iterationHead' && head.loop === id ? [{ from: `${id}/${head.back}`, to: `${head.id}/0` }] : [],
  );
}

export function lowerIterationHead(node: NodeOf<'iterationHead'>): readonly PhysicalNode[] {
  // Files of all supersteps have one schema.
  const first = operatorBefore(node, 'first', node.inputs[0], node.schema, { kind: 'partition' });
  return [first, operatorBehind(node, [exchanged(node, 0, first.id, { kind: 'REBALANCE' })], { kind: 'partition' })];
}

export function lowerIterate(node: NodeOf<'iterate'>, schemaOf: SchemaOf): readonly PhysicalNode[] {
  // Each task leaves its rows for the task of its number.
  const ship: Ship = { kind: 'FORWARD' };
  const ends = node.inputs.map((input, i) =>
    operatorBefore(node, `next${i === 0 ? '' : i + 1}`, input, nullableSchema(schemaOf(input)), { kind: 'partition' }),
  );
  const inputs = ends.map((end, i) => exchanged(node, i, end.id, ship));
  return [...ends, { ...operatorBehind(node, inputs, { kind: 'iterate' }), strategy: iterationText(node) }];
}
