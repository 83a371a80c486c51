/**
 * What the nodes of one step are built from: its inputs, typed, and the graph they are added to.
 *
 * The operator's own node has the step's id. What is put in before and behind it has that id with a word behind a dot, which
 * no job can give.
 */
import type { Schema } from '../../columnar/batch.js';
import type { Scope } from '../../expr/check-expression.js';
import type { NamedExpr } from '../../expr/typed-expr.js';
import type { ExprText, StepSpec } from '../../spec/step-operator.js';
import type { BoundLookup } from '../describe-lookup.js';
import { selectSchema } from '../node-schemas.js';
import type { LogicalNode } from '../logical-graph.js';
import type { PlanProblems, Site } from '../plan-problems.js';
import type { ComputedColumns } from './computed-columns.js';

/** The rows that an id of the job stands for. */
export interface Output {
  /** Of the node. */
  readonly id: string;
  readonly schema: Schema;
  /** What its columns may also be called, `countries.name`, and what they are called. */
  readonly aliases: ReadonlyMap<string, string>;
}

export interface Input extends Output {
  /** Its id in the job. */
  readonly name: string;
}

export interface StepBuild {
  readonly step: StepSpec;
  readonly inputs: readonly Input[];
  readonly problems: PlanProblems;
  /** Parameters and time; the columns are the builder's to say. */
  readonly scope: Omit<Scope, 'columns'>;
  /** What lookups found, by step; what is wrong with one that is missing was said. */
  readonly lookups: ReadonlyMap<string, Pick<BoundLookup, 'connector' | 'description'>>;
  readonly add: (node: LogicalNode) => void;
}

export interface NewNode {
  readonly id: string;
  readonly inputs: readonly string[];
  readonly parallelism: number | null;
  readonly description?: string;
}

/** What the nodes of a step have in common. The description belongs to the node that has the step's id. */
export function nodeBase({ step, inputs }: StepBuild, inputIds = inputs.map((input) => input.id)): NewNode {
  const { id, parallelism, description } = step;
  return { id, inputs: inputIds, parallelism, ...(description !== null && { description }) };
}

export function siteOf({ step }: StepBuild, path: ExprText['path'] = [step.operator.kind]): Site {
  return { path: [...step.path, ...path], what: `${step.label} (${step.operator.kind})` };
}

/** Everything that the columns of an input may be called besides their names: as `input.column`, and by earlier inputs' ids. */
export function aliasesOf({ name, schema, aliases }: Input): ReadonlyMap<string, string> {
  return new Map([...aliases, ...schema.fields.map((field) => [`${name}.${field.name}`, field.name] as const)]);
}

export function scopeOf({ scope }: StepBuild, input: Input): Scope {
  return { ...scope, columns: input.schema.fields, aliases: aliasesOf(input) };
}

/** What `check` makes of each text; problems are kept, each at its place. Null when there are any. */
export function checkEach<Result>(
  build: StepBuild,
  texts: readonly ExprText[],
  check: (text: string, path: ExprText['path']) => readonly Result[],
): Result[] | null {
  const results: Result[] = [];
  const before = build.problems.count;
  for (const { text, path, start } of texts) {
    try {
      results.push(...check(text, path));
    } catch (error) {
      build.problems.keepExpression(error, siteOf(build, path), start);
    }
  }
  return build.problems.count > before ? null : results;
}

/** The node that computes them from `input`: a select, or the input itself where nothing has to be computed. */
export function computeColumns(build: StepBuild, columns: ComputedColumns, input: Input, word: string): Output {
  const { aliases } = input;
  if (!columns.isNeeded) return input;
  return { ...addSelect(build, `${build.step.id}.${word}`, columns.items, input), aliases };
}

export function addSelect(build: StepBuild, id: string, items: readonly NamedExpr[], input: Output): Output {
  const schema = selectSchema(items, input.schema);
  build.add({ kind: 'select', id, inputs: [input.id], items, schema, parallelism: build.step.parallelism });
  return { id, schema, aliases: new Map() };
}
