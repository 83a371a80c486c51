/**
 * What a step of a job does, after validation: plain data. Expressions are still text, each with its place in the step, so
 * that short and long forms of a block (`distinct: [a]`, `distinct: {on: [a]}`) read the same here.
 */
import type { DataType } from '../columnar/data-type.js';
import type { KeyPart } from '../expr/key-template.js';
import type { LookupManner } from '../protocol/task.js';

export interface StepSpec {
  /** Given, or `step1`, `step2`, … by position. Of a step in an iteration: `ranks/step3_1`. */
  readonly id: string;
  /** Where it stands in the file, and how it is called: `step 3`, `step 3.2`. */
  readonly path: ExprText['path'];
  readonly label: string;
  /** Ids of sources or earlier steps, as the file names them; `from` resolved (default: the step before, or the only source). */
  readonly from: readonly string[];
  readonly parallelism: number | null;
  readonly description: string | null;
  readonly operator: StepOperator;
}

export interface ExprText {
  readonly text: string;
  /** From the step's own block: `['aggregate', 'by', 0]`. */
  readonly path: readonly (string | number)[];
  /** Where it begins in the scalar there; default: 0. A template has text around its expressions. */
  readonly start?: number;
}

/** A function of the user's, and the sets it gets whole: names, by the steps' inputs behind the operator's own. */
export interface UserFunction {
  readonly module: string;
  readonly function: string;
  readonly broadcast: readonly string[];
}

export type ReturnedSchema = readonly { readonly name: string; readonly type: DataType }[];

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

/** Flink's words: the side that is named is hashed, and with BROADCAST sent to every slot. */
export type JoinHint =
  | 'BROADCAST_HASH_FIRST'
  | 'BROADCAST_HASH_SECOND'
  | 'REPARTITION_HASH_FIRST'
  | 'REPARTITION_HASH_SECOND'
  | 'REPARTITION_SORT_MERGE';

export type PartitionWish =
  | { readonly kind: 'hash' | 'range'; readonly keys: readonly ExprText[] }
  | { readonly kind: 'rebalance' | 'shuffle' | 'rescale' }
  | { readonly kind: 'custom'; readonly module: string; readonly function: string; readonly key: ExprText };

export type WindowShape =
  | { readonly kind: 'tumbling'; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'sliding'; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  | { readonly kind: 'session'; readonly gapMs: number };

export type StepOperator =
  | { readonly kind: 'filter'; readonly predicate: string }
  | { readonly kind: 'select'; readonly items: readonly string[] }
  | {
      readonly kind: 'map' | 'flatMap';
      readonly module: string;
      readonly function: string;
      readonly schema: ReturnedSchema;
    }
  | ({ readonly kind: 'mapPartition'; readonly schema: ReturnedSchema } & UserFunction)
  | { readonly kind: 'unnest'; readonly column: ExprText; readonly as: string | null; readonly position: string | null; readonly keepEmpty: boolean } // prettier-ignore
  | { readonly kind: 'union' | 'unionAll' }
  | { readonly kind: 'intersect' | 'except'; readonly all: boolean }
  /** `name`: how messages call it; default: the check itself. */
  | { readonly kind: 'assert'; readonly check: ExprText; readonly name: string | null }
  | { readonly kind: 'limit'; readonly rows: number }
  | { readonly kind: 'sort' | 'sortPartition'; readonly keys: readonly ExprText[] }
  | { readonly kind: 'partition'; readonly by: PartitionWish }
  /** `on` null: all columns. Of the rows that are equal in `on` the first by `orderBy` stays. */
  | { readonly kind: 'distinct'; readonly on: readonly ExprText[] | null; readonly orderBy: readonly ExprText[] }
  | ({ readonly kind: 'aggregate' } & Aggregation)
  | ({ readonly kind: 'window'; readonly time: ExprText; readonly shape: WindowShape } & Aggregation)
  | ({ readonly kind: 'reduce'; readonly by: readonly ExprText[] } & UserFunction)
  | ({
      readonly kind: 'reduceGroup';
      readonly by: readonly ExprText[];
      readonly orderBy: readonly ExprText[];
      /** Another function of the module that shortens a part of a group to rows like those that came in. */
      readonly combine: string | null;
      readonly schema: ReturnedSchema;
    } & UserFunction)
  | ({ readonly kind: 'coGroup'; readonly as: string; readonly on: ExprText; readonly schema: ReturnedSchema } & UserFunction) // prettier-ignore
  | { readonly kind: 'join'; readonly as: string; readonly on: ExprText; readonly type: JoinType; readonly hint: JoinHint | null } // prettier-ignore
  | { readonly kind: 'cross'; readonly as: string; readonly small: 'first' | 'second' | null }
  /** The steps, again and again on what their last one made; `until` is asked of the rows of the step `of`. */
  | ({
      readonly kind: 'iterate';
      readonly until: { readonly of: string; readonly check: ExprText } | null;
    } & Repetition)
  /** Rows of the step `delta` replace those of the solution set that have the same keys; those of `next` are the next workset. */
  | ({
      readonly kind: 'deltaIterate';
      readonly keys: readonly ExprText[];
      /** The second input is the first workset; else the solution set is. */
      readonly hasWorkset: boolean;
      readonly delta: string;
      readonly next: string;
    } & Repetition)
  | Lookup
  /** A whole query over the step's inputs, which it calls by their ids. */
  | { readonly kind: 'sql'; readonly query: ExprText };

/** `steps` read what they work on as `current`, or as `solution` and `workset`. */
export interface Repetition {
  readonly steps: readonly StepSpec[];
  readonly maxIterations: number;
}

export interface Aggregation {
  readonly by: readonly ExprText[];
  readonly values: readonly ExprText[];
  readonly having: ExprText | null;
}

/** The step, also one inside an iteration. */
export function findStep(steps: readonly StepSpec[], id: string): StepSpec | undefined {
  for (const step of steps) {
    const found = step.id === id ? step : findStep('steps' in step.operator ? step.operator.steps : [], id);
    if (found !== undefined) return found;
  }
  return undefined;
}

export interface Lookup {
  readonly kind: 'lookup';
  readonly connection: string;
  readonly target: LookedUp;
  readonly type: 'left' | 'inner';
  /** More than one row for a key is a mistake. */
  readonly unique: boolean;
  readonly manner: LookupManner;
}

/** `columns`: what is added of them; null: all, but for those of `on`. */
export type LookedUp = { readonly columns: readonly ExprText[] | null } & (
  | {
      readonly kind: 'rows';
      readonly own: { readonly table?: string; readonly query?: string };
      /** Columns over there, and what they are equal to. */
      readonly on: readonly { readonly column: string; readonly equals: ExprText }[];
    }
  | {
      readonly kind: 'values';
      /** As it is written. */
      readonly key: string;
      readonly parts: readonly KeyPart<ExprText>[];
      readonly form: 'hash' | 'json' | 'string';
      readonly schema: ReturnedSchema;
    }
);
