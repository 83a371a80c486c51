/**
 * LogicalGraph (Flink's StreamGraph): one node per source, step and sink, in topological order, with its schema.
 * Rewrite rules map one graph to another; nothing here knows of slots.
 */
import type { Schema } from '../columnar/batch.js';
import type { NamedExpr, TypedExpr } from '../expr/typed-expr.js';
import type { DataType } from '../columnar/data-type.js';

interface NodeBase {
  readonly id: string;
  /** Ids of the nodes that feed it; empty for sources. */
  readonly inputs: readonly string[];
  /** Schema of its output (sinks: of what arrives). */
  readonly schema: Schema;
  readonly parallelism: number | null;
  readonly description?: string;
}

export type LogicalNode =
  | (NodeBase & {
      readonly kind: 'source';
      readonly connector: string;
      /** Columns read; narrowed by projection pruning. */
      readonly columns: readonly string[];
      /** Predicates handed to the source; filled by filter pushdown. */
      readonly filters: readonly TypedExpr[];
      readonly limit: { readonly id: string; readonly rows: number } | null;
    })
  | (NodeBase & { readonly kind: 'filter'; readonly predicate: TypedExpr })
  | (NodeBase & { readonly kind: 'select'; readonly items: readonly NamedExpr[] })
  | (NodeBase & { readonly kind: 'map' | 'flatMap'; readonly module: string; readonly function: string })
  | (NodeBase & { readonly kind: 'union'; readonly casts: readonly (readonly (DataType | null)[])[] })
  | (NodeBase & { readonly kind: 'limit'; readonly rows: number })
  | (NodeBase & { readonly kind: 'sink'; readonly connector: string; readonly columns: readonly string[] });

export interface LogicalGraph {
  readonly nodes: readonly LogicalNode[];
}
