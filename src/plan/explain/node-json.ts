/** What a node has of its own, as `etl explain --json` says it. */
import type { Json, JsonObject } from '../../connectors/connector.js';
import type { SortKey } from '../../expr/typed-expr.js';
import type { NodeOf } from '../graph-edit.js';
import type { LogicalNode } from '../logical-graph.js';
import { aggregateText } from './describe-node.js';
import { renderExpr } from './render-expr.js';

export function nodeJson(node: LogicalNode): JsonObject {
  switch (node.kind) {
    case 'source':
      return {
        connector: node.connector,
        filters: node.filters.map(renderExpr),
        limit: node.limit === null ? null : { ...node.limit },
      };
    case 'filter':
      return { predicate: renderExpr(node.predicate) };
    case 'select':
      return { items: node.items.map(({ name, expr }) => ({ name, expr: renderExpr(expr) })) };
    case 'map':
    case 'flatMap':
      return { module: node.module, function: node.function };
    case 'mapPartition':
      return functionJson(node);
    case 'union':
      return {};
    case 'intersect':
    case 'except':
      return { all: node.all };
    case 'assert':
      return { check: renderExpr(node.check) };
    case 'limit':
      return { rows: node.rows };
    case 'unnest':
      return { column: node.column, as: node.as, position: node.position, keepEmpty: node.keepEmpty };
    case 'window':
      return { time: node.time, shape: { ...node.shape }, by: node.by };
    case 'sort':
      return { keys: keysJson(node.keys), limit: node.limit };
    case 'sortPartition':
      return { keys: keysJson(node.keys) };
    case 'partition':
      return { by: node.by.kind === 'range' ? { kind: 'range', keys: keysJson(node.by.keys) } : { ...node.by } };
    case 'distinct':
      return { on: node.on, orderBy: keysJson(node.orderBy) };
    case 'aggregate':
      return { by: node.by, values: node.values.map((value) => ({ name: value.name, value: aggregateText(value) })) };
    case 'reduce':
      return { ...functionJson(node), by: node.by };
    case 'reduceGroup':
      return { ...functionJson(node), by: node.by, orderBy: keysJson(node.orderBy), combine: node.combine };
    case 'coGroup':
      return { ...functionJson(node), leftKeys: node.leftKeys, rightKeys: node.rightKeys };
    case 'join':
      return {
        type: node.type,
        leftKeys: node.leftKeys,
        rightKeys: node.rightKeys,
        nullSafe: node.nullSafe,
        residual: node.residual && renderExpr(node.residual),
        hint: node.hint,
      };
    case 'cross':
      return { small: node.small };
    case 'iterationHead':
      return { loop: node.loop, back: node.back };
    case 'iterate':
      return { maxIterations: node.maxIterations, stop: node.stop, condition: node.condition };
    case 'over':
      return {
        by: node.by,
        orderBy: keysJson(node.orderBy),
        calls: node.calls.map(({ name, function: of }) => ({ name, function: of.kind })),
      };
    case 'lookup':
      return {
        connector: node.connector,
        connection: node.connection,
        place: node.place,
        type: node.type,
        unique: node.unique,
        keys: node.keys.map((key, i) => ({ column: node.keyNames[i], equals: key })),
        found: node.found.map(({ name, field }) => ({ name, column: field.name })),
        manner: { ...node.manner, cache: node.manner.cache && { ...node.manner.cache } },
      };
    case 'sink':
      return { connector: node.connector, reads: node.columns };
    default:
      return node satisfies never;
  }
}

function functionJson(node: NodeOf<'mapPartition' | 'reduce' | 'reduceGroup' | 'coGroup'>): JsonObject {
  return { module: node.module, function: node.function, broadcast: node.broadcast };
}

function keysJson(keys: readonly SortKey[]): readonly Json[] {
  return keys.map((key) => ({ ...key }));
}
