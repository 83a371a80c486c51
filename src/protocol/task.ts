/**
 * What a slot is told to run: plain JSON.
 *
 * A vertex is a chain: one or more inputs (a source, or exchanges that earlier vertices have filled), operators in
 * topological order, and what they end in: sinks, or exchanges that later vertices read. `inputs` and `input` name the ids
 * that feed a part (several consumers of one id get the same batches). A vertex is sent once to a slot; after that a task
 * is only a vertex id, a split and an attempt number.
 */
import type { Schema } from '../columnar/batch.js';
import type { DataType } from '../columnar/data-type.js';
import type { SortKey } from '../columnar/sort-key.js';
import type { AttemptId, Committable, Json, JsonObject } from '../connectors/connector.js';
import type { NamedExpr, TypedExpr } from '../expr/typed-expr.js';
import type { Split } from '../split/split.js';
import type { AggregateCall, OrderedStream } from './aggregate-call.js';

export type InputDescriptor = SourceDescriptor | ExchangeInput;

export interface SourceDescriptor {
  readonly kind: 'source';
  readonly id: string;
  readonly connector: string;
  readonly params: JsonObject;
  readonly schema: Schema;
}

/** Rows of an exchange: one partition of it a task, or all of it for every task (BROADCAST). */
export interface ExchangeInput {
  readonly kind: 'exchange';
  /** The exchange's id, which its `ExchangeOutput`s have too. */
  readonly id: string;
  readonly schema: Schema;
  readonly ship: Ship;
  /** The parts are runs sorted by it, and are merged; empty: they follow one another. */
  readonly order: readonly SortKey[];
  readonly subpartitions: number;
}

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

/** How rows find their partition: Flink's ship strategies. Columns are positions in the exchange's schema. */
export type Ship =
  | { readonly kind: 'FORWARD' | 'BROADCAST' | 'REBALANCE' | 'RESCALE' | 'SHUFFLE' | 'GLOBAL' }
  /** By the key group of the columns' hash. */
  | { readonly kind: 'HASH'; readonly columns: readonly number[] }
  /** By ranges of the keys, cut from samples so that they hold about as many rows each. */
  | { readonly kind: 'RANGE'; readonly keys: readonly SortKey[] }
  /** By a user's function of the columns' values: (key, partitions) → partition. */
  | {
      readonly kind: 'CUSTOM';
      readonly module: string;
      readonly function: string;
      readonly columns: readonly number[];
    };

/** Where a vertex leaves rows for a later one: a file for each of its tasks, sealed when the task has finished. */
export interface ExchangeOutput {
  readonly id: string;
  readonly input: string;
  readonly schema: Schema;
  /** What feeds it puts out batches of another schema, too, which it leaves to another exchange. */
  readonly isSelective: boolean;
  readonly ship: Ship;
  /** Tasks of the consumer. */
  readonly partitions: number;
  /** The rows of each partition come in runs of this order, and keep it. */
  readonly order: readonly SortKey[];
  /** Of each partition, by the hash too: what groups or joins by it takes them one after another, with tables that fit the caches. */
  readonly subpartitions: number;
}

/** A sealed file of an exchange: what a task hands over when it has finished, and what a consumer's task is given. */
export interface ExchangePart {
  readonly vertex: string;
  readonly split: number;
  readonly attempt: number;
  /** Too small for subpartitions: each partition is one. */
  readonly isWhole: boolean;
  /** Where it is and how to know it: a `RunFile` of spill/. Null: there are no rows. */
  readonly file: JsonObject | null;
}

interface OperatorBase {
  readonly id: string;
  /** What feeds it, in the order that its kind says. */
  readonly inputs: readonly string[];
  /** Schema of its output. */
  readonly schema: Schema;
}

/** A function of a module of the user's, and the names of the sets that it gets whole: the last of its inputs. */
interface UserCall {
  readonly module: string;
  readonly function: string;
  readonly broadcast: readonly string[];
}

export type OperatorDescriptor =
  | (OperatorBase & { readonly kind: 'filter'; readonly predicate: TypedExpr })
  | (OperatorBase & { readonly kind: 'select'; readonly items: readonly NamedExpr[] })
  | (OperatorBase & { readonly kind: 'map' | 'flatMap'; readonly module: string; readonly function: string })
  | (OperatorBase & UserCall & { readonly kind: 'mapPartition' })
  /**
   * Makes rows of each group of `by`. `seen`: the columns that the function sees. `final`: the rows come in the order of their groups.
   * `partial`: in any order, and what comes out has all columns of the input.
   */
  | (OperatorBase &
      UserCall & {
        readonly kind: 'reduce' | 'reduceGroup';
        readonly phase: 'partial' | 'final';
        readonly by: readonly number[];
        readonly seen: readonly number[];
      })
  /** Both inputs come in the order of their keys. */
  | (OperatorBase &
      UserCall & {
        readonly kind: 'coGroup';
        readonly leftKeys: readonly number[];
        readonly rightKeys: readonly number[];
        readonly leftSeen: readonly number[];
        readonly rightSeen: readonly number[];
      })
  /** Renames and casts the input's columns, by position, to the union's schema. */
  | (OperatorBase & { readonly kind: 'union'; readonly casts: readonly (DataType | null)[] })
  /** Hands on the rows of its first input; those of the others end here. */
  | (OperatorBase & { readonly kind: 'iterate' })
  /** Hands on what an exchange has brought here. */
  | (OperatorBase & { readonly kind: 'partition' })
  /**
   * Puts the rows of one task in order; of these the first `limit`, or all. With `inRuns` they may come in several runs, each as long
   * as the memory takes: whoever reads the exchange behind it merges them.
   */
  | (OperatorBase & {
      readonly kind: 'sort';
      readonly keys: readonly SortKey[];
      readonly limit: number | null;
      readonly inRuns: boolean;
    })
  /**
   * Groups rows by the columns `by`. `partial`: rows in, keys and states out; `final`: keys and states in, keys and values out. With
   * `rowsBy` rows that are not worth grouping before the exchange go on as they are: the final phase gets them as its second input,
   * with its keys in these columns.
   */
  | (OperatorBase & {
      readonly kind: 'aggregate';
      readonly phase: 'partial' | 'final';
      readonly by: readonly number[];
      readonly rowsBy: readonly number[] | null;
      readonly calls: readonly AggregateCall[];
      /** Of the final phase: where each column of the output is among keys and values. */
      readonly output: readonly number[];
    })
  /**
   * Groups whose rows come in an order. All inputs are sorted by their groups and have the same ones: the first brings their keys in the
   * columns `by`, with states of `calls`, as a `final` aggregate gets them, or as rows; each other one is a stream. `output`: places among
   * keys, values of `calls`, and those of the streams.
   */
  | (OperatorBase & {
      readonly kind: 'sortedAggregate';
      readonly by: readonly number[];
      readonly first: 'states' | 'rows';
      readonly calls: readonly AggregateCall[];
      readonly streams: readonly OrderedStream[];
      readonly output: readonly number[];
    })
  /**
   * Pairs of rows of its two inputs, left and right. The side `build` is held in memory, as far as it fits; the rows of the other
   * look for their partners in it. Without keys every pair is looked at.
   */
  | (OperatorBase & {
      readonly kind: 'join';
      readonly type: JoinType;
      readonly leftKeys: readonly number[];
      readonly rightKeys: readonly number[];
      /** By key: do NULLs match each other? */
      readonly nullSafe: readonly boolean[];
      /** Of a pair: what it must fulfil, over `pair`. */
      readonly residual: TypedExpr | null;
      /** The left columns, then the right ones. */
      readonly pair: Schema;
      /** Those of them that come out. */
      readonly output: readonly number[];
      readonly build: 'left' | 'right';
      /** Both sides come sorted by their keys. */
      readonly isSorted: boolean;
      /** Each task gets the whole side `build`: what one has made of it, the next one takes. */
      readonly isBroadcast: boolean;
    })
  /** A row as often as the counts in the columns behind the first `columns` say: one for each input of the step. */
  | (OperatorBase & { readonly kind: 'intersect' | 'except'; readonly all: boolean; readonly columns: number })
  /** A row for each element of an array, which takes its column's place or comes behind all, then its place in the array. */
  | (OperatorBase & {
      readonly kind: 'unnest';
      readonly column: number;
      readonly replaces: boolean;
      readonly position: boolean;
      readonly keepEmpty: boolean;
    })
  /** A row for each window that its time lies in, with start and end behind its columns. Tumbling: they slide by their size. */
  | (OperatorBase & {
      readonly kind: 'window';
      readonly time: number;
      readonly sizeMs: number;
      readonly slideMs: number;
      readonly offsetMs: number;
    })
  /** Rows come sorted by `by`, then by time; each gets the start of its session behind its columns. */
  | (OperatorBase & {
      readonly kind: 'session';
      readonly by: readonly number[];
      readonly time: number;
      readonly gapMs: number;
    })
  /** Adds the columns `found` of what a system has for the columns `keys`: a row for each that it has; `left`: NULLs where it has none. */
  | (OperatorBase & {
      readonly kind: 'lookup';
      readonly connector: string;
      readonly params: JsonObject;
      readonly keys: readonly number[];
      /** What keys are called in messages. */
      readonly keyNames: readonly string[];
      readonly found: Schema;
      readonly type: 'left' | 'inner';
      readonly unique: boolean;
      readonly manner: LookupManner;
    })
  /** Rows come sorted by `by`, then by what `order` names; each gets a column for each call behind its own. */
  | (OperatorBase & {
      readonly kind: 'over';
      readonly by: readonly number[];
      readonly order: readonly number[];
      readonly calls: readonly OverCall[];
    })
  /** Rejects the rows for which `passes` is not true. */
  | (OperatorBase & { readonly kind: 'assert'; readonly passes: TypedExpr; readonly message: string })
  /** Lets the first rows pass; how many are left for this split is in the task (`limits[id]`). */
  | (OperatorBase & { readonly kind: 'limit'; readonly limit: string });

/** How a lookup asks. */
export interface LookupManner {
  /** Keys of a request. */
  readonly batch: number;
  /** Requests of a slot that wait for their answers. */
  readonly concurrency: number;
  /** Do rows leave in the order in which they came? */
  readonly ordered: boolean;
  readonly timeoutMs: number;
  /** Of a request that failed for a reason that may pass. */
  readonly retries: number;
  /** Most rows that are kept, and for how long; `ttlMs` null: while there is room. */
  readonly cache: { readonly rows: number; readonly ttlMs: number | null } | null;
}

export type OverCall =
  | { readonly kind: 'rowNumber' | 'rank' | 'denseRank' }
  | { readonly kind: 'lag' | 'lead'; readonly column: number; readonly offset: number }
  | { readonly kind: 'firstValue'; readonly column: number }
  /** Of the partition up to the row and those equal to it in the order; without an order of all of it. */
  | { readonly kind: 'aggregate'; readonly call: AggregateCall };

/** What happens to a row that a step or sink cannot take. */
export type RejectPolicy =
  | { readonly kind: 'fail' }
  | { readonly kind: 'skip'; readonly maxRows: number | null; readonly maxRatio: number | null }
  | { readonly kind: 'file'; readonly path: string; readonly maxRows: number | null; readonly maxRatio: number | null };

export interface SinkDescriptor {
  readonly id: string;
  readonly input: string;
  readonly connector: string;
  readonly params: JsonObject;
  /** Schema of what arrives. */
  readonly schema: Schema;
  readonly onReject: RejectPolicy;
  /** This slot's share of the sink's rate limit, in rows; null: as fast as it takes them. */
  readonly rowsPerSecond: number | null;
  /** Parameters of the file sink that takes the rejects; null unless `onReject` is `file`. */
  readonly rejectParams: JsonObject | null;
}

export interface VertexDescriptor {
  readonly id: string;
  readonly name: string;
  /** At most one source, and it is the first. */
  readonly inputs: readonly InputDescriptor[];
  readonly operators: readonly OperatorDescriptor[];
  readonly sinks: readonly SinkDescriptor[];
  readonly outputs: readonly ExchangeOutput[];
  /** Policy for rows that fail in the source or a step: that of its sinks, `fail` if they differ. */
  readonly onReject: RejectPolicy;
}

export interface TaskDescriptor {
  readonly id: AttemptId;
  /** Of the source; for a vertex without one its index is the partition. */
  readonly split: Split;
  /** Tasks of the vertex. */
  readonly splitCount: number;
  /** Sealed parts of the vertex's exchanges, by id. */
  readonly parts: Readonly<Record<string, readonly ExchangePart[]>>;
  readonly snapshot: Json | null;
  /** Rows each limit may still let pass, by limit id. */
  readonly limits: Readonly<Record<string, number>>;
  /** Batches go through the steps in two halves: whole ones were too much for the heap of a slot. */
  readonly halved: boolean;
  /** A limit pushed into the source: rows still wanted, or null. */
  readonly sourceLimit: number | null;
}

/** Rows over one part of the chain, by its id. `in` + `added` = `out` + `filtered` + `rejected` + `merged`. */
export interface NodeCounters {
  in: number;
  out: number;
  filtered: number;
  rejected: number;
  /** Rows made beyond those that came in: by a flatMap, a join. */
  added: number;
  /** Rows that went into others: groups, pairs. */
  merged: number;
}

export interface SubtaskCommittables {
  readonly sink: string;
  readonly subtask: number;
  readonly committables: readonly Committable[];
}
