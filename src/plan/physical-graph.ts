/**
 * PhysicalGraph: what each slot will run, and where rows change slots on their way.
 *
 * One logical node becomes one or more physical ones (an aggregate: a combiner, then the aggregate itself). An edge is
 * either FORWARD, batch by batch within a chain, or an exchange: written to files by all tasks of one vertex, then read by
 * the tasks of another.
 *
 *     users ─▶ filter ─▶ combine ═HASH(country)═▶ aggregate ─▶ redis          ─▶ FORWARD   ═▶ exchange
 */
import type { Schema } from '../columnar/batch.js';
import type { SortKey } from '../columnar/sort-key.js';
import type { OperatorDescriptor, Ship } from '../protocol/task.js';
import type { NodeOf } from './graph-edit.js';

export interface Exchange {
  /** Unique in the plan: `by_country#0`. */
  readonly id: string;
  readonly ship: Ship;
  /** Rows of a partition come in this order and are merged in it. */
  readonly order: readonly SortKey[];
  /** Of the batches that leave the node it takes those of this schema; null: all, they have the node's. */
  readonly schema: Schema | null;
}

export interface PhysicalInput {
  readonly from: string;
  /** Null: FORWARD. */
  readonly exchange: Exchange | null;
}

type OwnFields<Descriptor> = Descriptor extends unknown ? Omit<Descriptor, 'id' | 'inputs' | 'schema'> : never;
/** An operator, without what its place in the graph says. */
export type OperatorBody = OwnFields<OperatorDescriptor>;

export type PhysicalBody =
  | { readonly role: 'source'; readonly source: NodeOf<'source'> }
  | { readonly role: 'sink'; readonly sink: NodeOf<'sink'> }
  /** `bodies`: one for each input where they differ (a union's casts), else one. */
  | { readonly role: 'operator'; readonly bodies: readonly OperatorBody[] };

export interface PhysicalNode {
  readonly id: string;
  readonly inputs: readonly PhysicalInput[];
  readonly schema: Schema;
  readonly body: PhysicalBody;
  /** The step it comes from, and the parallelism given to that. */
  readonly logical: string;
  readonly parallelism: number | null;
  /** Its partitions, one after another, give all rows in the order of a sort. */
  readonly isOrdered?: boolean;
  /** How, where there was a choice, and why: shown by explain. */
  readonly strategy?: string;
}

/** In topological order. */
export interface PhysicalGraph {
  readonly nodes: readonly PhysicalNode[];
}

export function isForward(input: PhysicalInput): boolean {
  return input.exchange === null;
}
