/**
 * LogicalGraph (Flink's StreamGraph): one node per source, step and sink, in topological order, with its schema.
 * Rewrite rules map one graph to another; nothing here knows of slots.
 *
 * Keys are always names of columns of the node's input. A key that is an expression is computed by a select before the node,
 * and a select behind it drops what the job did not ask for (`steps/computed-columns.ts`).
 */
import type { Field, Schema } from '../columnar/batch.js';
import type { AggregateValue } from '../expr/aggregates/aggregate-value.js';
import type { NamedExpr, SortKey, TypedExpr } from '../expr/typed-expr.js';
import type { DataType } from '../columnar/data-type.js';
import type { LookupManner } from '../protocol/task.js';
import type { JoinHint, JoinType, WindowShape } from '../spec/step-operator.js';

interface NodeBase {
  readonly id: string;
  /** Ids of the nodes that feed it; empty for sources. */
  readonly inputs: readonly string[];
  /** Schema of its output (sinks: of what arrives). */
  readonly schema: Schema;
  readonly parallelism: number | null;
  readonly description?: string;
}

interface FunctionNode extends NodeBase {
  readonly module: string;
  readonly function: string;
}

/** A function that also gets whole sets: `broadcast` names the inputs behind those that the operator has anyway. */
interface BroadcastNode extends FunctionNode {
  readonly broadcast: readonly string[];
}

/** By column of the right input: its name behind the join, where the left input has one of the same name. */
export type RightNames = Readonly<Record<string, string>>;

/** `leftKeys[i] = rightKeys[i]`, of one type. */
interface Keys {
  readonly leftKeys: readonly string[];
  readonly rightKeys: readonly string[];
}

export type Partitioning =
  | { readonly kind: 'hash'; readonly keys: readonly string[] }
  | { readonly kind: 'range'; readonly keys: readonly SortKey[] }
  | { readonly kind: 'rebalance' | 'shuffle' | 'rescale' }
  | { readonly kind: 'custom'; readonly module: string; readonly function: string; readonly key: string };

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
  | (FunctionNode & { readonly kind: 'map' | 'flatMap' })
  | (BroadcastNode & { readonly kind: 'mapPartition' })
  | (NodeBase & { readonly kind: 'union'; readonly casts: readonly (readonly (DataType | null)[])[] })
  /** SQL's, over whole rows, NULLs equal. `except`: rows of the first input that no other has. */
  | (NodeBase & {
      readonly kind: 'intersect' | 'except';
      readonly all: boolean;
      readonly casts: readonly (readonly (DataType | null)[])[];
    })
  | (NodeBase & { readonly kind: 'assert'; readonly check: TypedExpr; readonly message: string })
  | (NodeBase & { readonly kind: 'limit'; readonly rows: number })
  /** A row for each element of the array `column`, in its place (`as` is then its name) or as `as` behind all columns. */
  | (NodeBase & {
      readonly kind: 'unnest';
      readonly column: string;
      readonly as: string | null;
      readonly position: string | null;
      readonly keepEmpty: boolean;
    })
  /** Adds window_start and window_end; of sessions, which are those of `by`, only window_start. */
  | (NodeBase & {
      readonly kind: 'window';
      readonly time: string;
      readonly shape: WindowShape;
      readonly by: readonly string[];
    })
  /** `limit`: of the rows in order only the first are wanted; filled by limit pushdown. */
  | (NodeBase & { readonly kind: 'sort'; readonly keys: readonly SortKey[]; readonly limit: number | null })
  | (NodeBase & { readonly kind: 'sortPartition'; readonly keys: readonly SortKey[] })
  | (NodeBase & { readonly kind: 'partition'; readonly by: Partitioning })
  /** Of rows that are equal in `on` (NULLs equal) the first by `orderBy` stays; by the whole row where that says nothing. */
  | (NodeBase & { readonly kind: 'distinct'; readonly on: readonly string[]; readonly orderBy: readonly SortKey[] })
  /** Gives `by`, then `values`. Without `by` one row, also for no input. NULLs are one group. */
  | (NodeBase & {
      readonly kind: 'aggregate';
      readonly by: readonly string[];
      readonly values: readonly AggregateValue[];
    })
  /** The function sees and returns `columns`, which are those of the output. */
  | (BroadcastNode & { readonly kind: 'reduce'; readonly by: readonly string[]; readonly columns: readonly string[] })
  | (BroadcastNode & {
      readonly kind: 'reduceGroup';
      readonly by: readonly string[];
      readonly orderBy: readonly SortKey[];
      readonly combine: string | null;
      /** What the function sees of a row. */
      readonly columns: readonly string[];
    })
  /** Called once for each key of either side; NULLs are one key. */
  | (BroadcastNode &
      Keys & {
        readonly kind: 'coGroup';
        readonly leftColumns: readonly string[];
        readonly rightColumns: readonly string[];
      })
  /** Gives the left columns, then the right ones under `rightNames`, of these only the `kept` ones; semi and anti joins the left ones only. */
  | (NodeBase &
      Keys & {
        readonly kind: 'join';
        readonly type: JoinType;
        /** By key: do NULLs match each other? */
        readonly nullSafe: readonly boolean[];
        readonly rightNames: RightNames;
        /** Null: all; filled by projection pruning. */
        readonly kept: readonly string[] | null;
        /** What else must be true of a pair, over the columns of both. */
        readonly residual: TypedExpr | null;
        readonly hint: JoinHint | null;
        /** The side that goes to every slot, chosen by estimates (choose-joins.ts), where there is no hint. */
        readonly small: { readonly side: 'left' | 'right'; readonly why: string } | null;
      })
  | (NodeBase & {
      readonly kind: 'cross';
      readonly rightNames: RightNames;
      readonly kept: readonly string[] | null;
      /** The input that is said to be the small one. */
      readonly small: 'first' | 'second' | null;
    })
  /**
   * Where the supersteps of the iteration `loop` begin: the rows of its input in the first one, later those that came to input number
   * `back` of the node `loop`.
   */
  | (NodeBase & { readonly kind: 'iterationHead'; readonly loop: string; readonly back: number })
  /**
   * The end of a superstep, and of the last one the rows of its first input. The last is number `maxIterations`, or the one that brings
   * rows to the last input (`rows`), or none to the second (`empty`). `condition`: in the words of the job.
   */
  | (NodeBase & {
      readonly kind: 'iterate';
      readonly maxIterations: number;
      readonly stop: 'rows' | 'empty' | null;
      readonly condition: string | null;
    })
  /** Adds a column for each call, over the rows of a partition in an order; frames are SQL's own. */
  | (NodeBase & {
      readonly kind: 'over';
      readonly by: readonly string[];
      readonly orderBy: readonly SortKey[];
      readonly calls: readonly WindowCall[];
    })
  /** Adds `found` behind the columns of its input, for keys that are compared with `keyNames` over there. */
  | (NodeBase & {
      readonly kind: 'lookup';
      readonly connector: string;
      readonly connection: string;
      /** Where in it, for people: a table, or the template of a key. */
      readonly place: string;
      readonly type: 'left' | 'inner';
      readonly unique: boolean;
      readonly keys: readonly string[];
      readonly keyNames: readonly string[];
      /** Narrowed by projection pruning. */
      readonly found: readonly FoundColumn[];
      readonly manner: LookupManner;
    })
  | (NodeBase & { readonly kind: 'sink'; readonly connector: string; readonly columns: readonly string[] });

/** A column of another place, and its name here. */
export interface FoundColumn {
  readonly name: string;
  readonly field: Field;
}

export interface WindowCall {
  readonly name: string;
  readonly function: WindowFunction;
  readonly type: DataType;
}

export type WindowFunction =
  | { readonly kind: 'rowNumber' | 'rank' | 'denseRank' }
  | { readonly kind: 'lag' | 'lead'; readonly argument: string; readonly offset: number }
  | { readonly kind: 'firstValue'; readonly argument: string }
  | { readonly kind: 'aggregate'; readonly value: AggregateValue };

export interface LogicalGraph {
  readonly nodes: readonly LogicalNode[];
}
