/**
 * intersect and except: equal rows of all inputs are one group, which counts how many of them each input has.
 *
 *     first ─▶ mark ─┐
 *                    ├▶ combine ═HASH(all columns)═▶ count ─▶ as often as the counts say
 *     other ─▶ mark ─┘
 */
import type { Schema } from '../../columnar/batch.js';
import type { DataType } from '../../columnar/data-type.js';
import type { NamedExpr, TypedExpr } from '../../expr/typed-expr.js';
import type { AggregateCall } from '../../protocol/aggregate-call.js';
import type { NodeOf } from '../graph-edit.js';
import type { PhysicalNode } from '../physical-graph.js';
import { exchanged, forward, operator, operatorBefore, operatorBehind, type SchemaOf } from './physical-nodes.js';

const boolean: DataType = { kind: 'boolean' };
const int64: DataType = { kind: 'int64' };

export function lowerSets(node: NodeOf<'intersect' | 'except'>, schemaOf: SchemaOf): readonly PhysicalNode[] {
  const { fields } = node.schema;
  const sides = node.inputs.map((_, side) => `#${side + 1}`);
  const columns = fields.map((_, column) => column);
  const calls = sides.map((_, side): AggregateCall => ({
    kind: 'count',
    argument: null,
    filter: fields.length + side,
  }));
  const counted: Schema = { fields: [...fields, ...sides.map((name) => ({ name, type: int64, nullable: false }))] };
  const marked: Schema = { fields: [...fields, ...sides.map((name) => ({ name, type: boolean, nullable: false }))] };
  const marks = node.inputs.map((input, side) => {
    const items = [...castItems(node, schemaOf(input), side), ...sides.map((name, i) => constant(name, i === side))];
    return operatorBefore(node, `side${side + 1}`, input, marked, { kind: 'select', items });
  });
  const output = counted.fields.map((_, column) => column);
  const body = { kind: 'aggregate', calls, rowsBy: null, by: columns, output } as const;
  const combined: PhysicalNode = {
    id: `${node.id}.combine`,
    inputs: marks.map(({ id }) => forward(id)),
    schema: counted,
    body: { role: 'operator', bodies: marks.map(() => ({ ...body, phase: 'partial' as const })) },
    logical: node.id,
    parallelism: null,
  };
  const groups = { ...node, id: `${node.id}.count`, schema: counted };
  const ship = { kind: 'HASH' as const, columns };
  const count = operatorBehind(groups, [exchanged(node, 0, combined.id, ship)], { ...body, phase: 'final' });
  const repeat = operator(
    { ...node, inputs: [groups.id], parallelism: null },
    { kind: node.kind, all: node.all, columns: fields.length },
  );
  return [...marks, combined, { ...count, logical: node.id, strategy: 'hash, counted before the exchange' }, repeat];
}

/** The input's columns under the names and in the types of the result. */
function castItems({ schema, casts }: NodeOf<'intersect' | 'except'>, input: Schema, side: number): NamedExpr[] {
  return schema.fields.map(({ name }, i) => {
    const { name: own, type } = input.fields[i];
    const column: TypedExpr = { kind: 'column', name: own, type };
    const target = casts[side][i];
    return { name, expr: target === null ? column : { kind: 'call', name: 'cast', args: [column], type: target } };
  });
}

function constant(name: string, value: boolean): NamedExpr {
  return { name, expr: { kind: 'literal', text: value ? 't' : 'f', type: boolean } };
}
