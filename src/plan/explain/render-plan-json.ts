/**
 * `etl explain --json`: one documented shape, stable API.
 *
 *     {"name", "logical": {"nodes", "rewrites"}, "job": {"vertices", "edges"}, "execution": {…},
 *      "sources": {ID: {"sql", "strategy", "column", "min", "max", "splitCount", "splits", …}},
 *      "sinks": {ID: {"effect", "commit", …}}, "memory": {…}}
 *
 * Bounds of splits are inclusive, as strings in the column's own form. At most 1,000 splits are listed; `splitCount` is
 * how many there are, a string where a double could not hold it. Nothing of a connection is in it.
 */
import { typeName } from '../../columnar/data-type.js';
import type { Schema } from '../../columnar/batch.js';
import type { Json, JsonObject } from '../../connectors/connector.js';
import { splitBoundText } from '../../split/render-split.js';
import type { Split, SplitPlan } from '../../split/split.js';
import type { ExecutionPlan, ExecutionVertex, SourceSummary } from '../execution-plan.js';
import type { LogicalGraph } from '../logical-graph.js';
import { listSplits } from './list-splits.js';
import { nodeJson } from './node-json.js';

const MOST_SPLITS = 1000;

export type PlanJson = JsonObject & {
  readonly name: string;
  readonly logical: { readonly nodes: Json; readonly rewrites: Json };
  readonly job: JsonObject;
};

export function renderPlanJson(plan: ExecutionPlan, memory: JsonObject = {}): PlanJson {
  return {
    name: plan.jobName,
    logical: {
      nodes: nodesJson(plan.logical),
      rewrites: plan.rewrites.map(({ rule, graph }) => ({ rule, nodes: nodesJson(graph) })),
    },
    job: {
      vertices: plan.job.vertices.map(({ id, name, parallelism, chain, strategies }) => ({
        id,
        name,
        parallelism,
        chain,
        strategies,
      })),
      edges: plan.job.edges.map(({ from, to, ship, feedback }) => ({
        from,
        to,
        ship,
        ...(feedback !== undefined && { feedback }),
      })),
    },
    execution: {
      slots: plan.parallelism,
      limits: plan.limits,
      iterations: plan.iterations.map(({ id, maxIterations, vertices }) => ({ id, maxIterations, vertices })),
      vertices: plan.vertices.map(vertexJson),
    },
    sources: Object.fromEntries(Object.entries(plan.sources).map(([id, source]) => [id, sourceJson(source)])),
    sinks: Object.fromEntries(
      Object.entries(plan.sinks).map(([id, { connector, effect, commit, description, notes }]) => [
        id,
        { connector, effect, commit, description, notes },
      ]),
    ),
    memory,
  };
}

function nodesJson(graph: LogicalGraph): readonly Json[] {
  return graph.nodes.map((node) => ({
    id: node.id,
    kind: node.kind,
    inputs: node.inputs,
    columns: columnsJson(node.schema),
    parallelism: node.parallelism,
    ...(node.description !== undefined && { description: node.description }),
    ...nodeJson(node),
  }));
}

function columnsJson(schema: Schema): readonly Json[] {
  return schema.fields.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }));
}

function vertexJson(vertex: ExecutionVertex): JsonObject {
  const { descriptor, parallelism, splits, sequential, rowEstimate, sourceLimit } = vertex;
  return {
    id: descriptor.id,
    name: descriptor.name,
    parallelism,
    sequential,
    splitCount: countJson(listSplits(splits, 0).count),
    rowEstimate,
    sourceLimit,
    onReject: { ...descriptor.onReject },
    operators: descriptor.operators.map(({ id, inputs, kind }) => ({ id, inputs, kind })),
    sinks: descriptor.sinks.map(({ id, input, onReject, rowsPerSecond }) => ({
      id,
      input,
      onReject: { ...onReject },
      rowsPerSecond,
    })),
  };
}

function sourceJson({ connector, sql, splits, consistency, rowEstimate, notes }: SourceSummary): JsonObject {
  const bounded = splits.strategy === 'range' || splits.strategy === 'percentile' ? splits : null;
  const { count, first } = listSplits(splits, MOST_SPLITS);
  return {
    connector,
    sql,
    strategy: splits.strategy,
    ...(splits.strategy === 'none' && { reason: splits.reason }),
    column: 'column' in splits ? (splits.column ?? null) : null,
    min: boundJson(splits, bounded?.min ?? null),
    max: boundJson(splits, bounded?.max ?? null),
    splitCount: countJson(count),
    splits: first.map((split) => splitJson(splits, split)),
    consistency,
    rowEstimate,
    notes,
  };
}

function splitJson(plan: SplitPlan, { index, lower, upper, openBelow, openAbove, nulls, item }: Split): JsonObject {
  return {
    index,
    lower: boundJson(plan, lower),
    upper: boundJson(plan, upper),
    openBelow,
    openAbove,
    nulls,
    ...(item !== undefined && { item }),
  };
}

function boundJson(plan: SplitPlan, bound: string | null): string | null {
  return bound === null || !('valueKind' in plan) ? bound : splitBoundText(plan.valueKind, bound);
}

function countJson(count: bigint): number | string {
  return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : String(count);
}
