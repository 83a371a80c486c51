/** The schema of a node's output, from those of its inputs. */
import type { Field, Schema } from '../columnar/batch.js';
import type { AggregateValue } from '../expr/aggregates/aggregate-value.js';
import type { NamedExpr } from '../expr/typed-expr.js';
import type { JoinType } from '../spec/step-operator.js';
import { isNullable } from './expr-facts.js';
import type { LogicalNode, RightNames } from './logical-graph.js';

/** The node with the schema that follows from its inputs. */
export function withSchema(node: LogicalNode, inputs: readonly Schema[]): LogicalNode {
  const [first, second] = inputs;
  switch (node.kind) {
    case 'source':
      return { ...node, schema: pickFields(node.schema, node.columns) };
    case 'filter':
    case 'limit':
    case 'assert':
    case 'sort':
    case 'sortPartition':
    case 'partition':
    case 'distinct':
    case 'sink':
      return { ...node, schema: first };
    case 'iterationHead':
    case 'iterate':
      return { ...node, schema: nullableSchema(first) };
    case 'select':
      return { ...node, schema: selectSchema(node.items, first) };
    case 'unnest':
      return { ...node, schema: unnestSchema(node, first) };
    case 'window':
      return { ...node, schema: windowSchema(node, first) };
    case 'aggregate':
      return { ...node, schema: aggregateSchema(node.by, node.values, first) };
    case 'join':
      return { ...node, schema: keptFields(node, joinSchema(node.type, first, second, node.rightNames)) };
    case 'cross':
      return { ...node, schema: keptFields(node, joinSchema('inner', first, second, node.rightNames)) };
    case 'over':
      return { ...node, schema: overSchema(node, first) };
    case 'lookup':
      return { ...node, schema: lookupSchema(node, first) };
    case 'map':
    case 'flatMap':
    case 'mapPartition':
    case 'reduce':
    case 'reduceGroup':
    case 'coGroup':
    case 'union':
    case 'intersect':
    case 'except':
      return node;
    default:
      return node satisfies never;
  }
}

export function selectSchema(items: readonly NamedExpr[], input: Schema): Schema {
  const fields = items.map(({ name, expr }) => ({ name, type: expr.type, nullable: isNullable(expr, input) }));
  return { fields };
}

/** Of rows that more than one step makes. */
export function nullableSchema({ fields }: Schema): Schema {
  return { fields: fields.map((field) => ({ ...field, nullable: true })) };
}

export function aggregateSchema(by: readonly string[], values: readonly AggregateValue[], input: Schema): Schema {
  const counts = ['count', 'approx_count_distinct'];
  const results = values.map(({ name, type, function: of }) => ({ name, type, nullable: !counts.includes(of) }));
  return { fields: [...pickFields(input, by).fields, ...results] };
}

type Unnest = Pick<Extract<LogicalNode, { kind: 'unnest' }>, 'column' | 'as' | 'position' | 'keepEmpty'>;

export function unnestSchema({ column, as, position, keepEmpty }: Unnest, input: Schema): Schema {
  const { type } = fieldOf(input, column);
  if (type.kind !== 'list') throw new Error(`${column} is no array`);
  const element: Field = { name: as ?? column, type: type.element, nullable: true };
  const place = position === null ? [] : [{ name: position, type: { kind: 'int64' } as const, nullable: keepEmpty }];
  const fields = as === null ? input.fields.map((field) => (field.name === column ? element : field)) : [...input.fields, element]; // prettier-ignore
  return { fields: [...fields, ...place] };
}

type Window = Pick<Extract<LogicalNode, { kind: 'window' }>, 'time' | 'shape'>;

export function windowSchema({ time, shape }: Window, input: Schema): Schema {
  const { type } = fieldOf(input, time);
  const names = shape.kind === 'session' ? ['window_start'] : ['window_start', 'window_end'];
  return { fields: [...input.fields, ...names.map((name) => ({ name, type, nullable: false }))] };
}

export function joinSchema(type: JoinType, left: Schema, right: Schema, rightNames: RightNames): Schema {
  if (type === 'semi' || type === 'anti') return left;
  const pad = (fields: readonly Field[], isPadded: boolean): readonly Field[] =>
    isPadded ? fields.map((field) => ({ ...field, nullable: true })) : fields;
  return {
    fields: [
      ...pad(left.fields, type === 'right' || type === 'full'),
      ...pad(rightFields(right, rightNames), type === 'left' || type === 'full'),
    ],
  };
}

function keptFields({ kept }: { readonly kept: readonly string[] | null }, schema: Schema): Schema {
  return kept === null ? schema : pickFields(schema, kept);
}

export function overSchema({ calls }: Pick<Extract<LogicalNode, { kind: 'over' }>, 'calls'>, input: Schema): Schema {
  const numbers = ['rowNumber', 'rank', 'denseRank'];
  const added = calls.map(({ name, type, function: of }) => ({ name, type, nullable: !numbers.includes(of.kind) }));
  return { fields: [...input.fields, ...added] };
}

export function lookupSchema(
  { found, type }: Pick<Extract<LogicalNode, { kind: 'lookup' }>, 'found' | 'type'>,
  input: Schema,
): Schema {
  const added = found.map(({ name, field }) => ({ ...field, name, nullable: field.nullable || type === 'left' }));
  return { fields: [...input.fields, ...added] };
}

/** The columns of the right input as they are called behind the join. */
export function rightFields(right: Schema, names: RightNames): readonly Field[] {
  return right.fields.map((field) => ({ ...field, name: rightName(names, field.name) }));
}

export function rightName(names: RightNames, column: string): string {
  return Object.hasOwn(names, column) ? names[column] : column;
}

export function pickFields(schema: Schema, names: readonly string[]): Schema {
  return { fields: names.map((name) => fieldOf(schema, name)) };
}

function fieldOf(schema: Schema, name: string): Field {
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`no column ${name}`);
  return field;
}
