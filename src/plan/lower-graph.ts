/**
 * Logical graph → physical graph: chooses how each step runs and where rows change slots. The one place that knows how
 * all kinds of steps are lowered; each family has a file of its own in lower/.
 */
import type { TypedExpr } from '../expr/typed-expr.js';
import { estimateRows, type RowEstimate } from './estimate-rows.js';
import type { LogicalGraph, LogicalNode } from './logical-graph.js';
import { lowerAggregate, lowerDistinct } from './lower/lower-aggregate.js';
import { lowerCoGroup, lowerMapPartition, lowerReduce } from './lower/lower-functions.js';
import { lowerIterate, lowerIterationHead } from './lower/lower-iteration.js';
import { lowerCross, lowerJoin } from './lower/lower-join.js';
import { lowerLookup, type PlanLookup } from './lower/lower-lookup.js';
import { lowerOver } from './lower/lower-over.js';
import { lowerPartition } from './lower/lower-partition.js';
import { lowerSets } from './lower/lower-sets.js';
import { lowerSort } from './lower/lower-sort.js';
import { lowerUnnest, lowerWindow } from './lower/lower-window.js';
import { inPlace, operator, type SchemaOf } from './lower/physical-nodes.js';
import type { PhysicalGraph, PhysicalNode } from './physical-graph.js';

/** `rowsOfSource`: about how many it has, or null. `planLookup`: how it is asked. */
export function lowerGraph(
  graph: LogicalGraph,
  rowsOfSource: (id: string) => RowEstimate,
  planLookup: PlanLookup,
): PhysicalGraph {
  const schemas = new Map(graph.nodes.map((node) => [node.id, node.schema]));
  const rowsOf = estimateRows(graph, rowsOfSource);
  return { nodes: graph.nodes.flatMap((node) => lowerNode(graph, node, (id) => schemas.get(id)!, rowsOf, planLookup)) };
}

/** The last of the nodes has the logical node's id: others read that. `schemaOf`: of its inputs. */
function lowerNode(
  graph: LogicalGraph,
  node: LogicalNode,
  schemaOf: SchemaOf,
  rowsOf: (id: string) => RowEstimate,
  planLookup: PlanLookup,
): readonly PhysicalNode[] {
  switch (node.kind) {
    case 'source':
      return [inPlace(node, { role: 'source', source: node })];
    case 'sink':
      return [inPlace(node, { role: 'sink', sink: node })];
    case 'filter':
      return [operator(node, { kind: 'filter', predicate: node.predicate })];
    case 'select':
      return [operator(node, { kind: 'select', items: node.items })];
    case 'map':
    case 'flatMap':
      return [operator(node, { kind: node.kind, module: node.module, function: node.function })];
    case 'union':
      return [operator(node, ...node.casts.map((casts) => ({ kind: 'union' as const, casts })))];
    case 'assert': {
      const passes: TypedExpr = { kind: 'call', name: 'is not false', args: [node.check], type: { kind: 'boolean' } };
      return [operator(node, { kind: 'assert', passes, message: node.message })];
    }
    case 'limit':
      return [operator(node, { kind: 'limit', limit: node.id })];
    case 'unnest':
      return [lowerUnnest(node, schemaOf)];
    case 'window':
      return lowerWindow(node, schemaOf);
    case 'partition':
      return lowerPartition(node, schemaOf);
    case 'sort':
    case 'sortPartition':
      return lowerSort(node, schemaOf);
    case 'aggregate':
      return lowerAggregate(node, schemaOf, graph);
    case 'distinct':
      return lowerDistinct(node, schemaOf, graph);
    case 'join':
      return lowerJoin(node, schemaOf, rowsOf, graph);
    case 'cross':
      return lowerCross(node, schemaOf, rowsOf);
    case 'intersect':
    case 'except':
      return lowerSets(node, schemaOf);
    case 'over':
      return lowerOver(node, schemaOf);
    case 'lookup':
      return [lowerLookup(node, schemaOf, planLookup)];
    case 'mapPartition':
      return lowerMapPartition(node, graph);
    case 'reduce':
    case 'reduceGroup':
      return lowerReduce(node, schemaOf);
    case 'coGroup':
      return lowerCoGroup(node, schemaOf);
    case 'iterationHead':
      return lowerIterationHead(node);
    case 'iterate':
      return lowerIterate(node, schemaOf);
    default:
      return node satisfies never;
  }
}
