/**
 * How many slots a chain gets. Four levels, the first that is given counts:
 *
 *     parallelism: of a source, step or sink  >  -p  >  parallelism: of the job  >  parallelism.default
 *
 * A chain runs in one slot from source to sink, so its nodes share one parallelism.
 */
import { descendantsOf } from './graph-edit.js';
import type { LogicalGraph, LogicalNode } from './logical-graph.js';
import { PlanProblems, type Site } from './plan-problems.js';
import type { PlanRequest } from './plan-request.js';

export interface ChainParallelism {
  readonly parallelism: number;
  /** The limit that makes the splits run one after another, or null. */
  readonly sequentialFor: string | null;
}

/** What nodes without a parallelism of their own get. */
export function effectiveParallelism({ parallelism, document, context }: PlanRequest): number {
  return parallelism ?? document.spec.parallelism ?? Number(context.settings['parallelism.default']);
}

/**
 * By source id, over the graph as the job file has it.
 *
 * @throws EtlError ETL-3024 where nodes of one chain are given different parallelisms
 */
export function chainParallelism(request: PlanRequest, graph: LogicalGraph): ReadonlyMap<string, ChainParallelism> {
  const problems = new PlanProblems(request.document);
  const sources = graph.nodes.filter((node) => node.kind === 'source');
  const result = new Map(sources.map(({ id }) => [id, chainOf(request, descendantsOf(graph, id), problems)]));
  problems.throwIfAny();
  return result;
}

function chainOf(request: PlanRequest, chain: readonly LogicalNode[], problems: PlanProblems): ChainParallelism {
  const [first, ...others] = chain.filter((node) => node.parallelism !== null);
  const conflict = others.find((node) => node.parallelism !== first.parallelism);
  if (conflict !== undefined) {
    problems.add(
      'ETL-3024',
      `"${conflict.id}" is given parallelism ${conflict.parallelism}, but runs in one chain with "${first.id}", which is given ${first.parallelism}`,
      siteOf(request, conflict),
      'give both the same, or only one of them',
    );
  }
  const limit = chain.find((node) => node.kind === 'limit');
  return {
    parallelism: limit === undefined ? (first?.parallelism ?? effectiveParallelism(request)) : 1,
    sequentialFor: limit?.id ?? null,
  };
}

function siteOf({ document }: PlanRequest, node: LogicalNode): Site {
  if (node.kind === 'source') return { path: ['sources', node.id, 'parallelism'], what: `source "${node.id}"` };
  if (node.kind === 'sink') return { path: ['sinks', node.id, 'parallelism'], what: `sink "${node.id}"` };
  const index = document.spec.steps.findIndex((step) => step.id === node.id);
  return { path: ['steps', index, 'parallelism'], what: `step ${index + 1} (${node.kind})` };
}
