/**
 * What a connector is: the only shape the rest of the house knows of PostgreSQL, Redis, files …
 *
 * A connector folder has up to seven modules, each loaded only where it is needed:
 *
 *   config.ts   zod schemas of its connection, source and sink blocks            parent, while the job file is read
 *   catalog.ts  `SourcePlanner`: schemas, bounds, statistics, snapshots           parent, while the job is planned
 *   plan-sink.ts `SinkPlanner`: checks a sink block against its input             parent, while the job is planned
 *   source.ts   `SourceModule`: splits → batches                                  slot
 *   sink.ts     `SinkModule`: batches → the system                                slot
 *   plan-lookup.ts `LookupPlanner`: what a lookup finds, and how it asks          parent, while the job is planned
 *   lookup.ts   `LookupModule`: keys → rows                                       slot
 *
 * What travels between parent and slot (`params`, `Committable`) is JSON. Drivers are imported inside functions only.
 */
import type { z } from 'zod';
import type { Batch, Schema } from '../columnar/batch.js';
import type { Settings } from '../config/settings.js';
import type { TypedExpr } from '../expr/typed-expr.js';
import type { Split, SplitPlan } from '../split/split.js';
import type { ErrorPlace } from '../errors/etl-error.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface Connector {
  readonly type: string;
  readonly config: () => Promise<ConnectorConfig>;
  readonly planSource?: () => Promise<SourcePlanner>;
  readonly planSink?: () => Promise<SinkPlanner>;
  readonly source?: () => Promise<SourceModule>;
  readonly sink?: () => Promise<SinkModule>;
  /** What lookups ask it for, if they can. */
  readonly looksUp?: LookupTarget['kind'];
  readonly planLookup?: () => Promise<LookupPlanner>;
  readonly lookup?: () => Promise<LookupModule>;
}

/** The connector's own keys of each block; keys common to all connectors (connection, from, split, onReject …) are spec's. */
export interface ConnectorConfig {
  /** Keys of `connections: {x: {type, …}}` besides `type`; absent: needs no connection (`type` stands in the block itself). */
  readonly connection?: z.ZodObject;
  readonly source?: z.ZodObject;
  readonly sink?: z.ZodObject;
  /** Where a checked sink block holds expressions, so that they can be looked at before anything is connected. */
  readonly sinkExpressions?: (own: JsonObject) => readonly PlacedExpression[];
}

export interface PlacedExpression {
  readonly text: string;
  /** The key path inside the block. */
  readonly place: readonly (string | number)[];
  /** Where it begins in the scalar at `place`: a template has text around its expressions. */
  readonly start: number;
}

// ── parent: sources ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface PlanContext {
  readonly settings: Settings;
  readonly runId: string;
  /** The folder that relative paths of the job file start from. */
  readonly baseDir: string;
  /** Default: rows as NDJSON, for a program. */
  readonly output?: StandardOutput;
}

/** The standard output of this run, as far as a sink that prints to it must know it. */
export interface StandardOutput {
  /** How rows are shown when the job does not say it. `events`: as events among the others, whatever the job says. */
  readonly rows: 'table' | 'ndjson' | 'events';
  /** Width of the terminal; null: not a terminal. */
  readonly columns: number | null;
  readonly isAscii: boolean;
  /** A table shows as many rows as were asked for with `--limit`. */
  readonly limit: number | null;
}

export interface SourcePlanner {
  /** Connects (or opens files). One catalog a connection and run, shared by all sources on it. */
  open(connection: JsonObject | null, context: PlanContext): Promise<SourceCatalog>;
}

export interface SourceCatalog {
  describe(source: SourceBlock): Promise<SourceDescription>;
  planRead(source: SourceBlock, description: SourceDescription, read: ReadRequest): Promise<ReadPlan>;
  /**
   * Starts a snapshot that every split of this run can join. Idempotent, and the last that is asked before `close`.
   * `shared`: the snapshot that another catalog of the same `databaseId` holds; this one is to show the same moment.
   */
  holdSnapshot?(shared: Json | null): Promise<Json | null>;
  /** Which database this is: catalogs that say the same can share a snapshot. */
  readonly databaseId?: string;
  close(): Promise<void>;
}

/** A source block after validation: common keys typed, the connector's own under `own`. */
export interface SourceBlock {
  readonly id: string;
  readonly own: JsonObject;
  readonly columns: readonly string[] | null;
  readonly where: string | null;
  readonly split: SplitWish | null;
  readonly fetchSize: number;
  readonly consistency: 'snapshot' | 'split' | null;
  /** Parameters of the job, as typed literals by name (for `:name` in `query`). */
  readonly params: Readonly<Record<string, TypedExpr & { kind: 'literal' }>>;
  readonly at?: ErrorPlace;
}

export interface SplitWish {
  readonly column?: string;
  readonly size?: string;
  readonly count?: string;
  readonly lower?: string;
  readonly upper?: string;
  /** Strategy `values`: as the file spells them. */
  readonly values?: readonly string[];
  readonly strategy?: 'range' | 'percentile' | 'ctid' | 'hash' | 'values' | 'none';
}

export interface SourceDescription {
  /** All columns, in the source's order. */
  readonly schema: Schema;
  readonly rowEstimate: number | null;
  readonly bytesEstimate: number | null;
  /**
   * What the planner may hand down. `dialect`: expressions that `renderSql(expr, dialect)` can print mean the same there.
   * `where`: the connector evaluates the block's `where` itself, in its own SQL (default: if it has a dialect); else it is
   * a filter of ours, and `planRead` gets a block without it.
   */
  readonly pushdown: {
    readonly dialect: 'postgres' | null;
    readonly projection: boolean;
    readonly limit: boolean;
    readonly where?: boolean;
  };
  /** Said by explain (types read as text …). */
  readonly notes: readonly string[];
  /** The connector's own findings for planRead. */
  readonly own: JsonObject;
}

export interface ReadRequest {
  readonly columns: readonly string[];
  /** Predicates pushed down, to be ANDed. Empty unless the dialect can print them. */
  readonly filters: readonly TypedExpr[];
  readonly limit: number | null;
  readonly parallelism: number;
}

export interface ReadPlan {
  /** For the slot's `openSource`; may hold credentials, so it is sent, never stored or printed. */
  readonly params: JsonObject;
  readonly schema: Schema;
  readonly splits: SplitPlan;
  /** The statement of one split, or what stands for it, without values of secrets. */
  readonly sql: string | null;
  readonly consistency: 'run-snapshot' | 'split-snapshot' | 'live';
  readonly notes: readonly string[];
}

// ── parent: sinks ───────────────────────────────────────────────────────────────────────────────────────────────────

export type EffectClass = 'idempotent' | 'ledgered' | 'at-least-once';

export interface SinkBlock {
  readonly id: string;
  readonly own: JsonObject;
  readonly at?: ErrorPlace;
}

export interface SinkPlanRequest {
  readonly sink: SinkBlock;
  readonly connection: JsonObject | null;
  readonly input: Schema;
  /** Checks an expression of the block against the input. `place` is the key path inside the block, for the message. */
  readonly expression: (text: string, place: readonly (string | number)[]) => TypedExpr;
  readonly context: PlanContext;
  /** At most so many tasks write at once. */
  readonly parallelism: number;
}

export interface SinkPlan {
  readonly params: JsonObject;
  /** Input columns that the sink reads (projection pruning works upwards from here). */
  readonly columns: readonly string[];
  readonly effect: EffectClass;
  readonly commit: 'batch' | 'atomic';
  /** Goes to standard output before the first row: the header of a CSV. */
  readonly preamble?: string;
  /** Can the order of rows be seen in what it writes? */
  readonly keepsOrder?: boolean;
  /** What is different where one task writes all of it: behind a sort, a limit, or groups without keys. */
  readonly alone?: Partial<SinkPlan>;
  /** One line for explain: `SET event:{…} PXAT …`. */
  readonly description: string;
  readonly notes: readonly string[];
}

export interface SinkPlanner {
  plan(request: SinkPlanRequest): Promise<SinkPlan> | SinkPlan;
}

// ── parent: lookups ─────────────────────────────────────────────────────────────────────────────────────────────────

/** `rows`: of a table or a query, by columns that are equal to the keys. `values`: what stands under a key made of a template. */
export type LookupTarget =
  | { readonly kind: 'rows'; readonly own: { readonly table?: string; readonly query?: string } }
  | {
      readonly kind: 'values';
      /** Text, and numbers of key columns. */
      readonly template: readonly (string | number)[];
      readonly form: 'hash' | 'json' | 'string';
      /** The fields of a value; of a string the one that stands for it. */
      readonly schema: Schema;
    };

export interface LookupBlock {
  readonly id: string;
  readonly target: LookupTarget;
  readonly connection: JsonObject;
  readonly params: SourceBlock['params'];
  readonly context: PlanContext;
  readonly at?: ErrorPlace;
}

export interface LookupPlanner {
  /** What there is to be found. Connects if it has to, and leaves nothing open. */
  describe(lookup: LookupBlock): Promise<LookupDescription>;
  /** How a slot asks for it. Connects to nothing. */
  plan(lookup: LookupBlock, description: LookupDescription, wish: LookupWish): LookupPlan;
}

export interface LookupDescription {
  /** All columns that can be found. */
  readonly schema: Schema;
  /** The connector's own findings for `plan`. */
  readonly own: JsonObject;
}

export interface LookupWish {
  /** Of rows: the columns that keys are equal to, by name, and the types in which they are compared. */
  readonly keys: Schema;
  /** What is wanted, in this order. */
  readonly columns: readonly string[];
}

export interface LookupPlan {
  /** For the slot's `openLookup`; may hold credentials, so it is sent, never stored or printed. */
  readonly params: JsonObject;
  /** The statement or command of a request, for explain. */
  readonly asks: string;
}

// ── slot ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface SlotContext {
  readonly settings: Settings;
  readonly runId: string;
  /** Of the run's main process. */
  readonly mainPid: number;
  readonly slot: number;
  /** The run's logical time (`--at`, else its start): what expiries are computed from. */
  readonly logicalTimeMs: number;
  readonly baseDir: string;
  /** Bytes this slot may hold in read, exchange and sink buffers. */
  readonly networkBytes: number;
  readonly log: (level: 'info' | 'warn', message: string) => void;
}

export interface AttemptId {
  readonly vertex: string;
  readonly split: number;
  readonly attempt: number;
}

export interface SourceModule {
  openSource(params: JsonObject, context: SlotContext): Promise<SourceReader>;
}

export interface ReadOptions {
  readonly attempt: AttemptId;
  readonly snapshot: Json | null;
  /** Stop after so many rows (a pushed-down limit's rest), or null. */
  readonly limit: number | null;
  readonly signal: AbortSignal;
  /** Rows that cannot be converted; `text` is the raw row or value for the reject file. Counts as read and rejected. */
  readonly reject: (sqlState: string, message: string, text: string) => void;
}

export interface SourceReader {
  /** Batches of one split. Throws EtlError. Ends or throws soon after `signal` aborts; frees what it holds either way. */
  read(split: Split, options: ReadOptions): AsyncIterable<Batch>;
  close(): Promise<void>;
}

export interface SinkContext extends SlotContext {
  /** The subtask: slot index within the vertex, stable across restarts of the slot process. */
  readonly subtask: number;
  readonly sinkId: string;
  /** Takes a row out: it is counted as rejected, or fails the attempt, as the sink's `onReject` says (then it throws). */
  readonly reject: (
    batch: Batch,
    row: number,
    error: { code: 'ETL-5110' | 'ETL-5201'; sqlState: string; message: string },
  ) => void;
  /** Reports rows as written (acknowledged by the system, or safe in the staging that `commit` publishes). */
  readonly written: (rows: number) => void;
  /** The sink waits for its system: counted for "waits on redis 71%". */
  readonly waited: (ms: number) => void;
}

/** What a finished split hands to the parent so that `commit` can publish it. JSON, small. */
export type Committable = Json;

export interface SinkModule {
  /** `committed`: the committables of this subtask so far, when a slot process was replaced. */
  openSink(
    params: JsonObject,
    input: Schema,
    context: SinkContext,
    committed: readonly Committable[],
  ): Promise<SinkWriter>;
  /** Runs once, in one slot, after all splits of all writers have finished. Idempotent. */
  commit?(params: JsonObject, committables: readonly Committable[], context: SlotContext): Promise<void>;
  /** Runs once after a failed or cancelled run: removes staging. Idempotent, never throws for what is already gone. */
  abort?(params: JsonObject, context: SlotContext): Promise<void>;
}

export interface SinkWriter {
  /** `signal` ends a wait inside `write` or `endSplit` (for a system that is away), which throws then. */
  beginSplit(attempt: AttemptId, signal?: AbortSignal): Promise<void>;
  /** Resolves when the next batch may come; rows may still be in flight. The batch may be kept until acknowledged. */
  write(batch: Batch): Promise<void>;
  /** Resolves when every row of the split is acknowledged (or staged durably). */
  endSplit(): Promise<Committable>;
  /** Forgets the running split; the next one starts clean. */
  abortSplit(): Promise<void>;
  close(): Promise<void>;
}

export interface LookupModule {
  /** Connects when it is first asked. */
  openLookup(params: JsonObject, context: SlotContext): Promise<LookupReader>;
}

/** One connection, asked for one set of keys at a time. */
export interface LookupReader {
  /**
   * What there is for `keys`: columns without holes, no NULL in them and no key twice. Throws EtlError, or the signal's reason soon after it aborts;
   * asks nothing more of the system then, nor when the consumer has enough.
   */
  find(keys: Batch, options: FindOptions): AsyncIterable<FoundRows>;
  /** Never throws. */
  close(): Promise<void>;
}

export interface FindOptions {
  readonly signal: AbortSignal;
  /** What was found for a key cannot be read. */
  readonly reject: (key: number, sqlState: string, message: string) => void;
}

/** `keys[i]`: the key, by its row, that row `i` of `rows` was found for. `rows` has the wanted columns, and no selection. */
export interface FoundRows {
  readonly rows: Batch;
  readonly keys: Int32Array;
}
