/** The contract with functions of the user's: what they get. Exported for those who write them in TypeScript. */

/** `{column: value}`; which JavaScript value a SQL type has is in columnar/js-value.ts. */
export type RowObject = Record<string, unknown>;

/** Rows one by one: `for await (const row of rows)`. */
export type GroupRows = AsyncIterable<RowObject>;

export interface FunctionContext {
  /** The sets of the step's `broadcast`, whole. */
  readonly broadcast: Readonly<Record<string, readonly RowObject[]>>;
  /** Which task of its vertex this is, from 0, and how many there are. */
  readonly subtask: number;
  readonly subtasks: number;
}
