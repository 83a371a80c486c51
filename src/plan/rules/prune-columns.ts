/**
 * prune-columns: nothing is read or computed that no later step and no sink needs.
 *
 * Works from the sinks up. Columns that the job file lists for a source are read as listed. A user's function gets whole
 * rows, so everything above it is needed. A node that would be left without columns keeps its first.
 */
import type { Field, Schema } from '../../columnar/batch.js';
import { columnsOfAggregate, type AggregateValue } from '../../expr/aggregates/aggregate-value.js';
import { columnUses } from '../expr-facts.js';
import { columnOf, makeGraph, nodeOf, type NodeOf } from '../graph-edit.js';
import type { LogicalGraph, LogicalNode, Partitioning, WindowFunction } from '../logical-graph.js';
import { rightName } from '../node-schemas.js';
import type { PlanFacts, RewriteRule } from './rewrite-rule.js';

type Needs = ReadonlyMap<string, ReadonlySet<string>>;

export const pruneColumns: RewriteRule = {
  name: 'prune-columns',
  apply: (graph, facts) => {
    const needs = columnNeeds(graph);
    const narrowed = graph.nodes.map((node) => narrow(node, needs, facts));
    if (narrowed.every((node, i) => node === graph.nodes[i])) return graph;
    return alignBranches(graph, makeGraph(narrowed));
  },
};

/** By node: the columns of its output that something below it reads. */
function columnNeeds(graph: LogicalGraph): Needs {
  const needs = new Map(graph.nodes.map((node) => [node.id, new Set<string>()]));
  for (const node of graph.nodes.toReversed()) {
    node.inputs.forEach((input, i) => {
      for (const name of neededInput(node, i, nodeOf(graph, input).schema, needs)) needs.get(input)!.add(name);
    });
  }
  return needs;
}

/** What a node reads of its input number `index`. */
function neededInput(node: LogicalNode, index: number, schema: Schema, needs: Needs): Iterable<string> {
  const own = needs.get(node.id)!;
  switch (node.kind) {
    case 'sink':
      return node.columns;
    case 'filter':
      return [...own, ...columnUses([node.predicate]).keys()];
    case 'assert':
      return [...own, ...columnUses([node.check]).keys()];
    case 'limit':
      return own;
    case 'unnest':
      return [...own].filter((name) => name !== node.as && name !== node.position).concat(node.column);
    case 'window':
      return [...own]
        .filter((name) => !name.startsWith('window_') || hasField(schema, name))
        .concat(node.time, node.by);
    case 'sort':
    case 'sortPartition':
      return [...own, ...node.keys.map((key) => key.column)];
    case 'partition':
      return [...own, ...partitionColumns(node.by)];
    case 'distinct':
      return [...own, ...node.on, ...node.orderBy.map((key) => key.column)];
    case 'aggregate':
      return [...node.by, ...keptValues(node, needs).flatMap(columnsOfAggregate)];
    case 'over': {
      const calls = new Set(node.calls.map(({ name }) => name));
      const read = keptCalls(node, needs).flatMap(({ function: of }) => readBy(of));
      return [...own]
        .filter((name) => !calls.has(name))
        .concat(
          node.by,
          node.orderBy.map((key) => key.column),
          read,
        );
    }
    case 'lookup':
      return [...own].filter((name) => !node.found.some((column) => column.name === name)).concat(node.keys);
    case 'join':
    case 'cross':
      return joinedColumns(node, index, schema, new Set(keptNames(node, needs)));
    case 'select':
      return columnUses(keptItems(node, needs).map((item) => item.expr)).keys();
    case 'union':
      return keptPositions(node, needs).map((position) => schema.fields[position].name);
    case 'map':
    case 'flatMap':
    case 'mapPartition':
    case 'reduce':
    case 'reduceGroup':
    case 'coGroup':
    case 'intersect':
    case 'except':
    case 'iterationHead':
    case 'iterate':
      return schema.fields.map((field) => field.name);
    case 'source':
      return [];
    default:
      return node satisfies never;
  }
}

function hasField({ fields }: Schema, name: string): boolean {
  return fields.some((field) => field.name === name);
}

function partitionColumns(by: Partitioning): readonly string[] {
  switch (by.kind) {
    case 'hash':
      return by.keys;
    case 'range':
      return by.keys.map((key) => key.column);
    case 'custom':
      return [by.key];
    case 'rebalance':
    case 'shuffle':
    case 'rescale':
      return [];
    default:
      return by satisfies never;
  }
}

/** Of one side: its keys, and what the condition or somebody behind the join reads by the name that it has there. */
function joinedColumns(
  node: NodeOf<'join' | 'cross'>,
  index: number,
  { fields }: Schema,
  own: ReadonlySet<string>,
): readonly string[] {
  const isRight = index === 1;
  const inCondition = node.kind === 'join' && node.residual !== null ? columnUses([node.residual]) : null;
  const isRead = ({ name }: Field): boolean => {
    const behind = isRight ? rightName(node.rightNames, name) : name;
    return own.has(behind) || inCondition?.has(behind) === true;
  };
  const keys = node.kind === 'cross' ? [] : isRight ? node.rightKeys : node.leftKeys;
  return [...keys, ...fields.filter(isRead).map((field) => field.name)];
}

function narrow(node: LogicalNode, needs: Needs, facts: PlanFacts): LogicalNode {
  if (node.kind === 'select') {
    const items = keptItems(node, needs);
    return items.length === node.items.length ? node : { ...node, items };
  }
  if (node.kind === 'union') {
    const positions = keptPositions(node, needs);
    if (positions.length === node.schema.fields.length) return node;
    return {
      ...node,
      schema: { fields: positions.map((position) => node.schema.fields[position]) },
      casts: node.casts.map((casts) => positions.map((position) => casts[position])),
    };
  }
  if (node.kind === 'aggregate') {
    const values = keptValues(node, needs);
    return values.length === node.values.length ? node : { ...node, values };
  }
  if (node.kind === 'join' || node.kind === 'cross') {
    const kept = keptNames(node, needs);
    return kept.length === node.schema.fields.length ? node : { ...node, kept };
  }
  if (node.kind === 'over') {
    const calls = keptCalls(node, needs);
    return calls.length === node.calls.length ? node : { ...node, calls };
  }
  if (node.kind === 'lookup') {
    const found = node.found.filter(({ name }) => needs.get(node.id)!.has(name));
    return found.length === node.found.length ? node : { ...node, found };
  }
  if (node.kind !== 'source') return node;
  const { pushdown, columnsGiven } = facts(node.id);
  if (!pushdown.projection || columnsGiven) return node;
  const columns = orFirst(node.columns, (name) => needs.get(node.id)!.has(name));
  return columns.length === node.columns.length ? node : { ...node, columns };
}

/** A union takes columns by position: a branch that still carries more than the union needs gets a select of just those. */
function alignBranches(before: LogicalGraph, graph: LogicalGraph): LogicalGraph {
  const needs = columnNeeds(before);
  const nodes = graph.nodes.flatMap((node) => {
    if (node.kind !== 'union') return [node];
    const positions = keptPositions(nodeOf(before, node.id) as NodeOf<'union'>, needs);
    const selects: LogicalNode[] = [];
    const inputs = node.inputs.map((input, i) => {
      const { fields } = nodeOf(before, input).schema;
      const wanted = positions.map((position) => fields[position]);
      const { schema } = nodeOf(graph, input);
      if (schema.fields.length === wanted.length) return input;
      const id = `${node.id}.${i + 1}`;
      const items = wanted.map((field) => ({ name: field.name, expr: columnOf(field) }));
      selects.push({ kind: 'select', id, inputs: [input], items, schema: { fields: wanted }, parallelism: null });
      return id;
    });
    return [...selects, { ...node, inputs }];
  });
  return makeGraph(nodes);
}

function keptItems(node: NodeOf<'select'>, needs: Needs): NodeOf<'select'>['items'] {
  return orFirst(node.items, (item) => needs.get(node.id)!.has(item.name));
}

function keptCalls({ id, calls }: NodeOf<'over'>, needs: Needs): NodeOf<'over'>['calls'] {
  return calls.filter(({ name }) => needs.get(id)!.has(name));
}

function readBy(of: WindowFunction): readonly string[] {
  if (of.kind === 'aggregate') return columnsOfAggregate(of.value);
  return 'argument' in of ? [of.argument] : [];
}

/** Of a join. */
function keptNames({ id, schema }: LogicalNode, needs: Needs): readonly string[] {
  const names = schema.fields.map((field) => field.name);
  return orFirst(names, (name) => needs.get(id)!.has(name));
}

/** Groups stay, they say which rows there are; without groups one value stays. */
function keptValues(node: NodeOf<'aggregate'>, needs: Needs): NodeOf<'aggregate'>['values'] {
  const isKept = ({ name }: AggregateValue): boolean => needs.get(node.id)!.has(name);
  return node.by.length > 0 ? node.values.filter(isKept) : orFirst(node.values, isKept);
}

function keptPositions(node: NodeOf<'union'>, needs: Needs): readonly number[] {
  const positions = node.schema.fields.map((_, position) => position);
  return orFirst(positions, (position) => needs.get(node.id)!.has(node.schema.fields[position].name));
}

function orFirst<Item>(items: readonly Item[], isKept: (item: Item) => boolean): readonly Item[] {
  const kept = items.filter(isKept);
  return kept.length === 0 ? items.slice(0, 1) : kept;
}
