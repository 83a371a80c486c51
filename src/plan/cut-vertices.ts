/**
 * Physical graph → vertices: what begins with a source or with exchanges, and all its rows flow through FORWARD.
 *
 * A vertex is a tree, so two inputs that meet in a union are two vertices: each holds the union and what stands below it,
 * and both write to the same sinks. Vertices come in an order in which each reads only exchanges of earlier ones.
 */
import { EtlError } from '../errors/etl-error.js';
import type { ExchangeInput, ExchangeOutput, OperatorDescriptor } from '../protocol/task.js';
import type { Iteration } from './execution-plan.js';
import type { NodeOf } from './graph-edit.js';
import type { JobEdge, JobVertex } from './job-graph.js';
import { isForward, type PhysicalGraph, type PhysicalNode } from './physical-graph.js';

export interface Chain {
  readonly vertex: Omit<JobVertex, 'parallelism'>;
  /** Null for a vertex that reads exchanges only. */
  readonly source: NodeOf<'source'> | null;
  readonly exchanges: readonly Omit<ExchangeInput, 'subpartitions'>[];
  readonly operators: readonly OperatorDescriptor[];
  readonly sinks: readonly { readonly node: NodeOf<'sink'>; readonly input: string }[];
  /** How many partitions each has is known when the vertex that reads it has its parallelism. */
  readonly outputs: readonly Omit<ExchangeOutput, 'partitions' | 'subpartitions'>[];
  readonly limits: readonly string[];
}

/** The nodes of a vertex, the one that it begins with first. */
export interface ChainNodes {
  readonly root: PhysicalNode;
  readonly members: readonly PhysicalNode[];
}

export function groupNodes(graph: PhysicalGraph): readonly ChainNodes[] {
  return graph.nodes
    .filter((node) => !node.inputs.some(isForward))
    .map((root) => {
      const ids = new Set([root.id]);
      const members = graph.nodes.filter((node) => {
        if (node.inputs.some((input) => isForward(input) && ids.has(input.from))) ids.add(node.id);
        return ids.has(node.id);
      });
      return { root, members };
    });
}

export function cutVertices(graph: PhysicalGraph): readonly Chain[] {
  return inOrder(groupNodes(graph).map((nodes) => chainOf(graph, nodes)));
}

/** One edge for each exchange and vertex that writes it. */
export function jobEdges(chains: readonly Chain[]): JobEdge[] {
  return chains.flatMap((to) =>
    to.exchanges.flatMap((exchange) =>
      chains
        .filter((from) => from.outputs.some((output) => output.id === exchange.id))
        .map((from) => ({ from: from.vertex.id, to: to.vertex.id, ship: exchange.ship.kind })),
    ),
  );
}

/** From the vertices at the end of a superstep to those at the beginning of the next. */
export function feedbackEdges(chains: readonly Chain[], { feedback }: Iteration): JobEdge[] {
  return feedback.flatMap(({ from, to }) => {
    const writers = chains.filter(({ outputs }) => outputs.some(({ id }) => id === from));
    const readers = chains.filter(({ exchanges }) => exchanges.some(({ id }) => id === to));
    return writers.flatMap((writer) =>
      readers.map((reader): JobEdge => {
        return { from: writer.vertex.id, to: reader.vertex.id, ship: 'FORWARD', feedback: true };
      }),
    );
  });
}

function chainOf(graph: PhysicalGraph, { root, members }: ChainNodes): Chain {
  const ids = new Set(members.map((node) => node.id));
  const inputOf = (node: PhysicalNode): string =>
    node.inputs.find((input) => isForward(input) && ids.has(input.from))!.from;
  return {
    vertex: {
      id: root.id,
      name: chainName(root, members),
      chain: members.map((node) => node.id),
      strategies: Object.fromEntries(
        members.flatMap(({ id, strategy }) => (strategy === undefined ? [] : [[id, strategy]])),
      ),
    },
    source: root.body.role === 'source' ? root.body.source : null,
    exchanges: members.flatMap((node) => exchangesInto(graph, node)),
    operators: members.flatMap((node) => operatorsOf(node, ids)),
    sinks: members.flatMap((node) =>
      node.body.role === 'sink' ? [{ node: node.body.sink, input: inputOf(node) }] : [],
    ),
    outputs: members.flatMap((node) => outputsOf(graph, node)),
    limits: members.flatMap((node) =>
      node.body.role === 'operator' && node.body.bodies[0].kind === 'limit' ? [node.body.bodies[0].limit] : [],
    ),
  };
}

function exchangesInto(graph: PhysicalGraph, node: PhysicalNode): Chain['exchanges'] {
  return node.inputs.flatMap(({ from, exchange }): Chain['exchanges'] => {
    if (exchange === null) return [];
    const schema = exchange.schema ?? graph.nodes.find((candidate) => candidate.id === from)!.schema;
    return [{ kind: 'exchange', id: exchange.id, schema, ship: exchange.ship, order: exchange.order }];
  });
}

function outputsOf(graph: PhysicalGraph, node: PhysicalNode): Chain['outputs'] {
  const leaving = graph.nodes.flatMap((reader) => reader.inputs.filter((input) => input.from === node.id));
  return leaving.flatMap(({ exchange }) =>
    exchange === null
      ? []
      : [
          {
            id: exchange.id,
            input: node.id,
            schema: exchange.schema ?? node.schema,
            isSelective: exchange.schema !== null,
            ship: exchange.ship,
            order: exchange.order,
          },
        ],
  );
}

function operatorsOf({ id, inputs, schema, body }: PhysicalNode, members: ReadonlySet<string>): OperatorDescriptor[] {
  if (body.role !== 'operator') return [];
  if (body.bodies.length === 1) {
    return [{ ...body.bodies[0], id, schema, inputs: inputs.map(({ from, exchange }) => exchange?.id ?? from) }];
  }
  const here = inputs.flatMap(({ from, exchange }, i) =>
    exchange !== null || members.has(from) ? [{ from: exchange?.id ?? from, body: body.bodies[i] }] : [],
  );
  if (here.length !== 1) throw new EtlError('ETL-9001', `${id} is not a tree`);
  return [{ ...here[0].body, id, schema, inputs: [here[0].from] }];
}

/** `users → filter → redis`; where the rows go apart: `users → (filter → redis, print)`. */
function chainName(node: PhysicalNode, members: readonly PhysicalNode[]): string {
  const next = members
    .filter((member) => member.inputs.some((input) => isForward(input) && input.from === node.id))
    .map((member) => chainName(member, members));
  if (next.length === 0) return ownName(node);
  return `${ownName(node)} → ${next.length === 1 ? next[0] : `(${next.join(', ')})`}`;
}

function ownName({ body }: PhysicalNode): string {
  switch (body.role) {
    case 'source':
      return body.source.id;
    case 'sink':
      return body.sink.connector;
    case 'operator':
      return body.bodies[0].kind;
    default:
      return body satisfies never;
  }
}

/** Sources first, in the order of the job file; a vertex that reads exchanges behind all that write them. */
function inOrder(chains: readonly Chain[]): readonly Chain[] {
  const placed = new Set<Chain>();
  const place = (chain: Chain): void => {
    if (placed.has(chain)) return;
    const read = new Set(chain.exchanges.map(({ id }) => id));
    chains.filter((other) => other.outputs.some(({ id }) => read.has(id))).forEach(place);
    placed.add(chain);
  };
  chains.forEach(place);
  return [...placed];
}
