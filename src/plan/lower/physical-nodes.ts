/** Small makers of physical nodes, for what lowers the steps of one family. */
import type { Schema } from '../../columnar/batch.js';
import type { SortKey } from '../../columnar/sort-key.js';
import type { Ship } from '../../protocol/task.js';
import type { SortKey as NamedSortKey } from '../../expr/typed-expr.js';
import type { LogicalNode } from '../logical-graph.js';
import type { OperatorBody, PhysicalBody, PhysicalInput, PhysicalNode } from '../physical-graph.js';

/** Schema of what a logical node gives. */
export type SchemaOf = (id: string) => Schema;

/** One physical node in the place of a logical one, all its inputs FORWARD. */
export function inPlace(node: LogicalNode, body: PhysicalBody): PhysicalNode {
  return replaced(node, node.inputs.map(forward), body);
}

export function operator(node: LogicalNode, ...bodies: readonly OperatorBody[]): PhysicalNode {
  return inPlace(node, { role: 'operator', bodies });
}

/** The same behind exchanges. */
export function operatorBehind(node: LogicalNode, inputs: readonly PhysicalInput[], body: OperatorBody): PhysicalNode {
  return replaced(node, inputs, { role: 'operator', bodies: [body] });
}

/**
 * A node in front of the one that has the logical node's id: a combiner, a sort. `name` says what it does; it belongs to the
 * chain before the exchange, and has that chain's parallelism.
 */
export function operatorBefore(
  node: LogicalNode,
  name: string,
  from: string,
  schema: Schema,
  body: OperatorBody,
): PhysicalNode {
  return {
    id: `${node.id}.${name}`,
    inputs: [forward(from)],
    schema,
    body: { role: 'operator', bodies: [body] },
    logical: node.id,
    parallelism: null,
  };
}

/** A sort in front of an exchange whose readers merge. */
export function sortBefore(
  node: LogicalNode,
  name: string,
  from: string,
  schema: Schema,
  keys: readonly SortKey[],
): PhysicalNode {
  return operatorBefore(node, name, from, schema, { kind: 'sort', keys, limit: null, inRuns: true });
}

export function forward(from: string): PhysicalInput {
  return { from, exchange: null };
}

/** Input `index` of the node, through an exchange. */
export function exchanged(
  node: LogicalNode,
  index: number,
  from: string,
  ship: Ship,
  order: readonly SortKey[] = [],
  schema: Schema | null = null,
): PhysicalInput {
  return { from, exchange: { id: `${node.id}/${index}`, ship, order, schema } };
}

/** Positions in a schema instead of names. */
export function sortKeysOf(schema: Schema, keys: readonly NamedSortKey[]): SortKey[] {
  return keys.map(({ column, ...how }) => ({ ...how, column: columnsOf(schema, [column])[0] }));
}

export function columnsOf(schema: Schema, names: readonly string[]): number[] {
  return names.map((name) => schema.fields.findIndex((field) => field.name === name));
}

function replaced(
  { id, schema, parallelism }: LogicalNode,
  inputs: readonly PhysicalInput[],
  body: PhysicalBody,
): PhysicalNode {
  return { id, inputs, schema, body, logical: id, parallelism };
}
