/**
 * What a function (or operator) of the expression language is: one `Overload` per signature, as in pg_proc.
 *
 * A family file (`functions/text.ts`) exports a list of overloads; `catalog.ts` lists the families. Three sorts of kernel:
 *
 *   inline   emits JavaScript for the values of non-NULL arguments (strict)               int32 `+`, `=` of dates
 *   run      a plain function, called for each row (strict unless `nulls: 'passed'`)      upper, md5, date_trunc
 *   lazy     emits its arguments itself, where and if it needs them                       and, coalesce, case
 *
 * How values are handed to and from a `run` function:
 *
 *   boolean                        boolean
 *   int16 int32 date               number (date: days since 1970-01-01)
 *   float32 float64                number
 *   int64 time timestamp(tz)       bigint to and from `run`; number to and from `runFast` (see below)
 *   decimal                        cast to numeric first, unless the overload says `decimals`
 *   numeric                        Numeric (numeric.ts)
 *   text json jsonb uuid bytea     three arguments: bytes: Uint8Array, start: number, end: number
 *   interval                       IntervalValue
 *   list                           three arguments: child: Column, start: number, end: number
 *
 * A result of the bytes layout is appended to `out: ByteWriter`, the last argument; returning `false` makes it NULL
 * (what was appended is dropped). A result list is appended to `out: ColumnBuilder` of the element, same rule.
 * Any other result is returned; with `nullable: true` it may be `null`. Bad values throw `ValueError(sqlState, message)`.
 * With `nulls: 'passed'` the function is called for every row; NULL arrives as `null` (for three-argument values: null, 0, 0).
 * Variadic arguments arrive together in one flat array, reused from row to row, before `out`.
 *
 * `runFast` is an optional twin of `run` for the common case that every int64-like argument is a safe integer: it takes
 * numbers and returns a number for an int64-like result; a result beyond ±(2^53-1) makes the row be computed again by `run`.
 * Without it `run` is called with BigInt(x), which is right but slower. A function without int64-like values has `run` only.
 *
 *   export const textFunctions: readonly Overload[] = [
 *     define('upper', ['text'], 'text', run(upper), asCall),
 *     define('date_trunc', ['text', 'timestamp'], 'timestamp', run(dateTrunc, { runFast: dateTruncSafe }), asCall),
 *     define('regexp_replace', ['text', 'text', 'text'], 'text', bound((call) => regexpReplace(call.constants[1])), notPushed),
 *     { ...define('concat', [], 'text', run(concat, { nulls: 'passed' }), asCall), variadic: 'any' },
 *   ];
 */
import type { DataType, Kind } from '../columnar/data-type.js';
import type { TypedExpr } from './typed-expr.js';

/** A declared argument type. 'numeric' fits decimals too; 'any' takes every type as it is. */
export type ArgKind = Exclude<Kind, 'decimal' | 'list'> | 'any' | 'list' | 'text[]';

/** A call after checking: what `bound` kernels, result rules and printers may look at. */
export interface BoundCall {
  readonly name: string;
  readonly types: readonly DataType[];
  /** Per argument: the text of a literal, null for a literal NULL, undefined for anything that varies by row. */
  readonly constants: readonly (string | null | undefined)[];
}

export type ResultRule = DataType | ((call: BoundCall) => DataType);

// A kernel function's arity and types follow from its overload; the generator is the only caller.
export type RunFunction = (...args: never[]) => unknown;

export interface RunOptions {
  readonly runFast?: RunFunction;
  readonly nulls?: 'passed';
  /** The returned value may be null (bytes results say it by `false`, without this flag). */
  readonly nullable?: boolean;
}

export type Kernel =
  | ({ readonly kind: 'run'; readonly bind: (call: BoundCall) => RunFunction } & Omit<RunOptions, 'runFast'> & {
        readonly bindFast?: (call: BoundCall) => RunFunction;
      })
  | { readonly kind: 'inline'; readonly emit: (e: Emitter, args: readonly Value[], call: CallExpr) => Value }
  | { readonly kind: 'lazy'; readonly emit: (e: Emitter, call: CallExpr) => Value };

export type CallExpr = Extract<TypedExpr, { kind: 'call' }>;

/**
 * A value in generated code. `isNull` is 'true', 'false' or the name of a boolean local; `parts` are names or literals:
 * one, or three for bytes and lists. When `isNull` holds at run time, parts hold anything of their JavaScript type.
 */
export interface Value {
  readonly isNull: string;
  readonly parts: readonly string[];
}

/** Writes the body of the loop; handed to inline and lazy kernels. Everything emitted runs once per row. */
export interface Emitter {
  /** int64-like and decimal values are bigint here, not number. */
  readonly exact: boolean;
  /** Emits a whole subexpression at the current place. */
  value(expr: TypedExpr): Value;
  /** Declares a local with this initial value, returns its name. */
  local(init: string): string;
  /** Appends one statement. */
  line(code: string): void;
  /** `if (condition) { body } else { otherwise }`. */
  branch(condition: string, body: () => void, otherwise?: () => void): void;
  /** A labelled block; `exit` is the statement that leaves it. */
  block(body: (exit: string) => void): void;
  /** Locals for a value of this type, not NULL and zero at first. */
  result(type: DataType): Value;
  /** Copies a value into locals made by `result`. */
  assign(target: Value, source: Value): void;
  /** The name of a constant (any value, also a function) that the generated code can use. */
  constant(value: unknown): string;
  /** The statement that makes this row an error and ends it. */
  fail(sqlState: string, message: string): string;
  /** Says that a called function may throw a ValueError, so that the loop catches it for the row. */
  throws(): void;
  /** The statement that leaves the fast variant: this row is computed again with bigints. Never in the exact variant. */
  bail(): string;
}

/** Prints a call as PostgreSQL text from its printed arguments; null: not pushed down. */
export type SqlPrinter = (args: readonly string[], call: CallExpr) => string | null;

export interface Overload {
  readonly name: string;
  readonly args: readonly ArgKind[];
  /** Type of any number of further arguments. */
  readonly variadic?: ArgKind;
  readonly result: ResultRule;
  readonly kernel: Kernel;
  readonly sql: SqlPrinter;
  /** Takes decimal arguments as they are; a `run` function gets the unscaled integer, its `bind` the scale. */
  readonly decimals?: boolean;
  /** PostgreSQL has this overload, etl does not: a call is refused with this advice, never resolved to another overload. */
  readonly refused?: string;
}

export function define(
  name: string,
  args: readonly ArgKind[],
  result: Exclude<Kind, 'decimal' | 'list'> | ResultRule,
  kernel: Kernel,
  sql: SqlPrinter,
): Overload {
  return { name, args, result: typeof result === 'string' ? ({ kind: result } as DataType) : result, kernel, sql };
}

export function run(fn: RunFunction, options: RunOptions = {}): Kernel {
  const { runFast, ...rest } = options;
  return { kind: 'run', bind: () => fn, ...rest, ...(runFast !== undefined && { bindFast: () => runFast }) };
}

/** A kernel made once per expression, for work that constant arguments or argument types allow to do beforehand. */
export function bound(
  bind: (call: BoundCall) => RunFunction,
  options: Omit<RunOptions, 'runFast'> & { readonly bindFast?: (call: BoundCall) => RunFunction } = {},
): Kernel {
  return { kind: 'run', bind, ...options };
}

export function inline(emit: (e: Emitter, args: readonly Value[], call: CallExpr) => Value): Kernel {
  return { kind: 'inline', emit };
}

export function lazy(emit: (e: Emitter, call: CallExpr) => Value): Kernel {
  return { kind: 'lazy', emit };
}

/** A value that is not NULL. */
export function present(...parts: string[]): Value {
  return { isNull: 'false', parts };
}

/** `name(a, b)` */
export const asCall: SqlPrinter = (args, call) => `${call.name}(${args.join(', ')})`;

/** `(a + b)`, `(- a)` */
export const asOperator: SqlPrinter = (args, call) =>
  args.length === 1 ? `(${call.name} ${args[0]})` : `(${args[0]} ${call.name} ${args[1]})`;

/** Our meaning may differ from the server's in a corner; the call stays with us. */
export const notPushed: SqlPrinter = () => null;

/** What `run` functions get for an interval. */
export interface IntervalValue {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}
