/**
 * The spine of planning: a job file becomes everything that a run needs.
 *
 *     SpecDocument ─▶ logical graph ─▶ rewritten ─▶ lowered ─▶ vertices ─▶ reads planned ─▶ ExecutionPlan
 *                     (typed, checked)              (exchanges)            (splits, SQL)
 *
 * Pure but for the catalog. `etl explain` prints what this returns, `etl run` executes it.
 */
import type { ReadPlan, SinkPlan, SourceDescription } from '../connectors/connector.js';
import { EtlError, toEtlError } from '../errors/etl-error.js';
import { worksBySubpartition } from '../protocol/works-by-subpartition.js';
import type { RejectPolicy, SinkDescriptor, VertexDescriptor } from '../protocol/task.js';
import { taskManagerModel } from '../config/memory-model.js';
import { buildLogicalGraph, type BoundGraph, type BoundSource } from './build-logical-graph.js';
import { chooseJoins, type SlotRoom } from './choose-joins.js';
import { cutVertices, feedbackEdges, jobEdges, type Chain } from './cut-vertices.js';
import type { ExecutionPlan, ExecutionVertex, Iteration, SinkSummary, SourceSummary } from './execution-plan.js';
import { estimateRows } from './estimate-rows.js';
import type { LogicalGraph } from './logical-graph.js';
import { lowerGraph } from './lower-graph.js';
import type { PlanLookup } from './lower/lower-lookup.js';
import { chainParallelism, effectiveParallelism, type ChainParallelism } from './parallelism.js';
import { planIterations } from './plan-iterations.js';
import { PlanProblems } from './plan-problems.js';
import { planRejects } from './plan-rejects.js';
import type { PlanRequest } from './plan-request.js';
import { rewriteGraph } from './rewrite-graph.js';
import { allRules } from './rules/all-rules.js';
import { originalId } from './rules/separate-diamonds.js';

type PlannedChain = Chain & ChainParallelism;

/** @throws EtlError, or EtlErrors with all that is wrong */
export async function buildPlan(request: PlanRequest): Promise<ExecutionPlan> {
  const built = await buildLogicalGraph(request);
  const rowsOf = (id: string): number | null => sourceOf(built, id).description.rowEstimate;
  const bound = { ...built, graph: chooseJoins(built.graph, estimateRows(built.graph, rowsOf), roomOf(request)) };
  const planLookup: PlanLookup = (node, keys) => {
    const { planner, block, description } = bound.lookups.get(originalId(node.id))!;
    return planner.plan(block, description, { keys, columns: node.found.map(({ field }) => field.name) });
  };
  const parallelism = chainParallelism(request, lowerGraph(bound.graph, rowsOf, planLookup), bound.sinks);
  const { graph, steps } = rewriteGraph(bound.graph, allRules, (id) => {
    const { description, spec } = sourceOf(bound, id);
    return { pushdown: description.pushdown, columnsGiven: spec.columns !== null };
  });
  const chains = cutVertices(lowerGraph(graph, rowsOf, planLookup)).map((chain): PlannedChain => ({
    ...chain,
    ...parallelism.get(originalId(chain.vertex.id))!,
  }));
  const reads = await planReads(request, bound, chains);
  const rejects = await planRejects(request);
  const iterations = planIterations(graph, chains);
  const written = { ...bound, sinks: asWritten(bound.sinks, chains) };
  const planned = chains.map((chain) => planVertex(request, written, chains, chain, reads, rejects, iterations));
  return {
    jobName: request.document.spec.name,
    parallelism: slotsOf(chains),
    logical: bound.graph,
    rewrites: steps,
    job: {
      vertices: chains.map(({ vertex, parallelism }) => ({ ...vertex, parallelism })),
      edges: [...jobEdges(chains), ...iterations.flatMap((iteration) => feedbackEdges(chains, iteration))],
    },
    vertices: planned,
    iterations,
    limits: limitsOf(graph),
    sources: Object.fromEntries(
      chains.flatMap((chain) => {
        const { source } = chain;
        if (source === null) return [];
        const read = reads.get(source.id)!;
        return [[source.id, summarizeSource(sourceOf(bound, source.id), source.id, source.connector, read, chain)]];
      }),
    ),
    sinks: summarizeSinks(written, rejects),
  };
}

/** Of a slot, if all of the job is as parallel as what says nothing of it. Whether there are so many slots is asked of the plan. */
function roomOf(request: PlanRequest): SlotRoom {
  const { settings } = request.context;
  const slots = effectiveParallelism(request);
  const configured = settings['taskmanager.numberOfTaskSlots'];
  const { managed } = taskManagerModel(settings, configured === 'auto' ? slots : configured).slots[0];
  return { slots, managedBytes: managed };
}

function sourceOf(bound: BoundGraph, id: string): BoundSource {
  return bound.sources.get(originalId(id))!;
}

async function planReads(
  request: PlanRequest,
  bound: BoundGraph,
  chains: readonly PlannedChain[],
): Promise<ReadonlyMap<string, ReadPlan>> {
  const problems = new PlanProblems(request.document);
  const reads = new Map<string, ReadPlan>();
  for (const { source, parallelism } of chains) {
    if (source === null) continue;
    const id = originalId(source.id);
    const { catalog, block, description } = sourceOf(bound, source.id);
    const { columns, filters, limit } = source;
    try {
      const read = { columns, filters, limit: limit?.rows ?? null, parallelism };
      const planned = await catalog.planRead({ ...block, id: source.id }, description, read);
      checkRead(source.id, columns, planned);
      reads.set(source.id, planned);
    } catch (error) {
      const isSplitWish = toEtlError(error).code === 'ETL-3020' && block.split !== null;
      problems.keep(error, { path: ['sources', id, ...(isSplitWish ? ['split'] : [])], what: `source "${id}"` });
    }
  }
  problems.throwIfAny();
  return reads;
}

/** The sinks as they are for the tasks that write to them. */
function asWritten(
  sinks: ReadonlyMap<string, SinkPlan>,
  chains: readonly PlannedChain[],
): ReadonlyMap<string, SinkPlan> {
  const isAlone = (id: string): boolean =>
    chains.every(({ sinks, parallelism }) => parallelism === 1 || sinks.every(({ node }) => node.id !== id));
  return new Map([...sinks].map(([id, plan]) => [id, isAlone(id) ? { ...plan, ...plan.alone } : plan]));
}

/** Everything above the source is typed against these columns, in this order. */
function checkRead(id: string, columns: readonly string[], { schema }: ReadPlan): void {
  const names = schema.fields.map((field) => field.name);
  if (names.length === columns.length && names.every((name, i) => name === columns[i])) return;
  throw new EtlError(
    'ETL-9001',
    `source ${id} was asked for ${columns.join(', ')} and plans to read ${names.join(', ')}`,
  );
}

function planVertex(
  request: PlanRequest,
  bound: BoundGraph,
  chains: readonly PlannedChain[],
  chain: PlannedChain,
  reads: ReadonlyMap<string, ReadPlan>,
  rejects: Awaited<ReturnType<typeof planRejects>>,
  iterations: readonly Iteration[],
): ExecutionVertex {
  const { source, vertex, parallelism, sequentialFor } = chain;
  const { sinks: sinkSpecs } = request.document.spec;
  const sinks = chain.sinks.map(({ node, input }): SinkDescriptor => {
    const { onReject, rateLimit } = sinkSpecs[node.id];
    const { params } = bound.sinks.get(node.id)!;
    return {
      id: node.id,
      input,
      connector: node.connector,
      params,
      schema: node.schema,
      onReject,
      // A slot holds a sink once, whatever vertices write to it.
      rowsPerSecond: rateLimit === null ? null : rateLimit / slotsOf(chains),
      rejectParams: rejects.get(node.id)?.params ?? null,
    };
  });
  const read = source === null ? null : reads.get(source.id)!;
  const policies = sinksBelow(chains, chain).map((id) => sinkSpecs[id].onReject);
  const descriptor: VertexDescriptor = {
    id: vertex.id,
    name: vertex.name,
    inputs: [
      ...(source === null
        ? []
        : [
            {
              kind: 'source' as const,
              id: source.id,
              connector: source.connector,
              params: read!.params,
              schema: read!.schema,
            },
          ]),
      ...chain.exchanges.map((exchange) => ({ ...exchange, subpartitions: subpartitionsOf(chains, exchange.id) })),
    ],
    operators: chain.operators,
    sinks,
    outputs: chain.outputs.map((output) => ({
      ...output,
      partitions: partitionsOf(chains, output.id, iterations),
      subpartitions: subpartitionsOf(chains, output.id),
    })),
    onReject: commonPolicy(policies),
  };
  const bySource = source === null ? null : sourceOf(bound, source.id);
  return {
    descriptor,
    parallelism,
    splits: read?.splits ?? { strategy: 'partitions', count: parallelism },
    sequential: sequentialFor !== null,
    rowEstimate: bySource === null ? null : rowEstimate(bySource.description, source!.limit),
    sourceLimit: source?.limit?.id ?? null,
    snapshotOf: read?.consistency === 'run-snapshot' ? bySource!.spec.connection : null,
  };
}

function slotsOf(chains: readonly PlannedChain[]): number {
  return Math.max(...chains.map((chain) => chain.parallelism));
}

/** Tasks of the vertex that reads an exchange; of what goes round in an iteration, also of those that read it as their own. */
function partitionsOf(chains: readonly PlannedChain[], exchange: string, iterations: readonly Iteration[]): number {
  const feedback = iterations.flatMap((iteration) => iteration.feedback).filter(({ from }) => from === exchange);
  const names = [exchange, ...feedback.map(({ to }) => to)];
  const readers = chains.filter(({ exchanges }) => exchanges.some(({ id }) => names.includes(id)));
  return Math.max(...readers.map(({ parallelism }) => parallelism));
}

/** So many for all tasks together: more would make the batches of a region small. */
const MOST_SUBPARTITIONS = 64;

/** Of an exchange that is read by what holds a table of its keys. */
function subpartitionsOf(chains: readonly PlannedChain[], exchange: string): number {
  for (const { exchanges, operators, parallelism } of chains) {
    const read = exchanges.find(({ id }) => id === exchange);
    if (read === undefined) continue;
    const isTable = operators.some((one) => one.inputs.includes(exchange) && worksBySubpartition(one));
    if (!isTable || read.ship.kind !== 'HASH' || read.order.length > 0) return 1;
    return 2 ** Math.floor(Math.log2(Math.max(1, MOST_SUBPARTITIONS / parallelism)));
  }
  return 1;
}

/** Sinks that rows of the vertex reach, also by exchanges: how they treat rejects is how its steps do. */
function sinksBelow(chains: readonly PlannedChain[], chain: PlannedChain): readonly string[] {
  const written = new Set(chain.outputs.map(({ id }) => id));
  const readers = chains.filter(({ exchanges }) => exchanges.some(({ id }) => written.has(id)));
  return [...chain.sinks.map(({ node }) => node.id), ...readers.flatMap((reader) => sinksBelow(chains, reader))];
}

function commonPolicy(policies: readonly RejectPolicy[]): RejectPolicy {
  const [first] = policies;
  return policies.every((policy) => JSON.stringify(policy) === JSON.stringify(first)) ? first : { kind: 'fail' };
}

function rowEstimate({ rowEstimate: rows }: SourceDescription, limit: { readonly rows: number } | null): number | null {
  if (limit === null) return rows;
  return rows === null ? limit.rows : Math.min(rows, limit.rows);
}

function limitsOf(graph: LogicalGraph): Record<string, number> {
  return Object.fromEntries(graph.nodes.flatMap((node) => (node.kind === 'limit' ? [[node.id, node.rows]] : [])));
}

function summarizeSource(
  { description, notes }: BoundSource,
  id: string,
  connector: string,
  read: ReadPlan,
  { sequentialFor }: ChainParallelism,
): SourceSummary {
  const own = [
    ...(id === originalId(id)
      ? []
      : [`a second read of ${originalId(id)}: its rows reach a union on more than one way`]),
    ...(sequentialFor === null
      ? []
      : [
          `parallelism 1, one split after another: so limit "${sequentialFor}" lets the same rows pass in every attempt`,
        ]),
  ];
  return {
    connector,
    sql: read.sql,
    splits: read.splits,
    consistency: read.consistency,
    rowEstimate: description.rowEstimate,
    notes: [...new Set([...description.notes, ...notes, ...read.notes, ...own])],
  };
}

function summarizeSinks(
  { graph, sinks }: BoundGraph,
  rejects: Awaited<ReturnType<typeof planRejects>>,
): Record<string, SinkSummary> {
  return Object.fromEntries(
    graph.nodes.flatMap((node) => {
      if (node.kind !== 'sink') return [];
      const { effect, commit, description, preamble, ...sink } = sinks.get(node.id)!;
      const notes = [...sink.notes, ...(rejects.get(node.id)?.notes ?? [])];
      const summary = { connector: node.connector, effect, commit, description, notes };
      return [[node.id, preamble === undefined ? summary : { ...summary, preamble }]];
    }),
  );
}
