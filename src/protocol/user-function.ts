/** The contract with functions of the user's: what they get. Exported for those who write them in TypeScript. */

/** `{column: value}`; which JavaScript value a SQL type has is in columnar/js-value.ts. */
export type RowObject = Record<string, unknown>;

/** Rows one by one: `for await (const row of rows)`. */
export type GroupRows = AsyncIterable<RowObject>;

interface Adding<Value> {
  readonly add: (value: Value) => void;
}

/** What a function counts up beside its rows, by name; merged over all tasks and reported when the run ends. */
export interface AccumulatorContext {
  counter(name: string): { readonly add: (more?: bigint | number) => void };
  double(name: string): Adding<number>;
  minimum(name: string): Adding<number>;
  maximum(name: string): Adding<number>;
  average(name: string): Adding<number>;
  /** How often each value comes. */
  histogram(name: string): Adding<string | number | bigint>;
  list(name: string): Adding<string | number | boolean | null>;
  gauge(name: string): { readonly set: (value: number) => void };
}

export interface FunctionContext extends AccumulatorContext {
  /** The sets of the step's `broadcast`, whole. */
  readonly broadcast: Readonly<Record<string, readonly RowObject[]>>;
  /** Which task of its vertex this is, from 0, and how many there are. */
  readonly subtask: number;
  readonly subtasks: number;
}
