/**
 * iterate, deltaIterate: steps between a head, which gives them the rows of the superstep before, and the node of the iteration, which
 * takes what they made.
 *
 *     first ─▶ head ─▶ steps ─▶ iterate ─▶ …                    head's input is only read in the first superstep
 *               ▲                  │
 *               └── next superstep ┘
 *
 * A solution set goes round whole: joined with the delta in full, a row of the delta stands for that of the same keys.
 */
import type { Schema } from '../../columnar/batch.js';
import { sameType, typeName } from '../../columnar/data-type.js';
import type { NamedExpr, TypedExpr } from '../../expr/typed-expr.js';
import type { ExprText, StepOperator } from '../../spec/step-operator.js';
import { columnOf } from '../graph-edit.js';
import type { LogicalNode } from '../logical-graph.js';
import { joinSchema, nullableSchema, selectSchema } from '../node-schemas.js';
import { buildAggregate } from './build-aggregate.js';
import { groupKeys } from './build-order.js';
import { nodeBase, siteOf, type Input, type Output, type StepBuild } from './step-build.js';

type Iterate = Extract<StepOperator, { kind: 'iterate' }>;
type DeltaIterate = Extract<StepOperator, { kind: 'deltaIterate' }>;

/** Of a step inside: what its id stands for; null where it could not be typed, which has been said. */
export type BuildStep = (build: StepBuild) => Output | null;

export function buildIterate(build: StepBuild, operator: Iterate, buildStep: BuildStep): Output | null {
  const [first] = build.inputs;
  const loop = new Loop(build, operator, buildStep);
  const current = loop.addHead('current', first, 0);
  const result = loop.buildSteps(operator.steps.at(-1)!.id);
  if (result === null || !loop.fits(result, current, 'the input of the iteration')) return null;
  if (!loop.isReached(result.id, [current.id], '"current"')) return null;
  const verdict = operator.until === null ? [] : loop.verdict(operator.until);
  if (verdict === null) return null;
  return loop.close([result.id, ...verdict], current.schema, {
    stop: operator.until === null ? null : 'rows',
    condition: operator.until?.check.text ?? null,
  });
}

export function buildDeltaIterate(build: StepBuild, operator: DeltaIterate, buildStep: BuildStep): Output | null {
  const [first, given] = build.inputs;
  const keys = groupKeys(build, operator.keys);
  if (keys === null) return null;
  const names = keys.flatMap((key) => (key.kind === 'column' ? [key.name] : []));
  if (names.length < keys.length) {
    const hint = 'compute the key in a select before';
    build.problems.add(
      'ETL-3028',
      'the keys of a solution set are columns',
      siteOf(build, operator.keys[0].path),
      hint,
    );
    return null;
  }
  const loop = new Loop(build, operator, buildStep);
  const solution = loop.addHead('solution', loop.oncePerKey('first', first, names), 0);
  const workset = loop.addHead('workset', operator.hasWorkset ? given : first, 1);
  const delta = loop.buildSteps(operator.delta);
  const next = loop.outputOf(operator.next);
  if (delta === null || next === null) return null;
  if (!loop.fits(delta, solution, 'the solution set') || !loop.fits(next, workset, 'the workset')) return null;
  if (!loop.isReached(next.id, [workset.id], '"workset"')) return null;
  const changed = loop.replace(solution, loop.oncePerKey('delta', delta, names), names);
  return loop.close([changed, next.id], solution.schema, { stop: 'empty', condition: null });
}

class Loop {
  private readonly outputs = new Map<string, Output>();
  private readonly added = new Map<string, LogicalNode>();

  constructor(
    private readonly build: StepBuild,
    private readonly operator: Iterate | DeltaIterate,
    private readonly buildStep: BuildStep,
  ) {
    for (const input of build.inputs) this.outputs.set(input.name, input);
  }

  /** `back`: the input of the iteration's node whose rows are those of the next superstep. */
  addHead(name: string, first: Output, back: number): Output {
    const loop = this.build.step.id;
    const id = `${loop}.${name}`;
    const schema = nullableSchema(first.schema);
    this.add({ kind: 'iterationHead', id, inputs: [first.id], loop, back, schema, parallelism: null });
    const output = { id, schema, aliases: new Map<string, string>() };
    this.outputs.set(name, output);
    return output;
  }

  /** Builds all steps. @returns the rows of one of them, by its name or id; null where something is wrong */
  buildSteps(wanted: string): Output | null {
    const { scope, problems, lookups } = this.build;
    const before = problems.count;
    for (const step of this.operator.steps) {
      const inputs = step.from.map((name): Input | null => {
        const output = this.outputs.get(name);
        return output === undefined ? null : { ...output, name };
      });
      if (!inputs.every((input) => input !== null)) continue;
      const output = this.buildStep({ step, inputs, problems, scope, lookups, add: (node) => this.add(node) });
      if (output !== null) this.outputs.set(nameOf(step.id), output);
    }
    return problems.count > before ? null : this.outputOf(nameOf(wanted));
  }

  outputOf(name: string): Output | null {
    return this.outputs.get(name) ?? null;
  }

  /** What goes round is what came in: the same columns, of the same types. */
  fits({ schema }: Output, head: Output, what: string): boolean {
    const [found, wanted] = [schema, head.schema].map(({ fields }) => fields.map((field) => field.name).join(', '));
    if (found !== wanted) {
      const hint = 'end the steps with a select of these columns, in this order';
      this.problem(`the steps give ${found}; ${what} has ${wanted}`, hint);
      return false;
    }
    const odd = schema.fields.findIndex((field, i) => !sameType(field.type, head.schema.fields[i].type));
    if (odd < 0) return true;
    const { name, type } = schema.fields[odd];
    const first = typeName(head.schema.fields[odd].type);
    const hint = `cast it in the last step, "${name}::${first} AS ${name}", or in front of the iteration`;
    this.problem(`"${name}" is ${first} in ${what} and ${typeName(type)} behind the steps`, hint);
    return false;
  }

  isReached(from: string, heads: readonly string[], what: string): boolean {
    const pending = [from];
    for (const id of pending) {
      if (heads.includes(id)) return true;
      pending.push(...(this.added.get(id)?.inputs ?? []).filter((input) => !pending.includes(input)));
    }
    this.problem(`the result of the steps does not depend on ${what}`, 'every superstep would do the same');
    return false;
  }

  /** One row where the condition holds, else none. */
  verdict({ of, check }: NonNullable<Iterate['until']>): string[] | null {
    const { build } = this;
    const rows = this.outputs.get(of);
    if (rows === undefined) return null;
    const values: ExprText[] = [{ text: 'count(*) AS rows', path: [] }];
    const step = { ...build.step, id: `${build.step.id}.until`, description: null, parallelism: null };
    const inputs = [{ ...rows, name: of }];
    const operator = { kind: 'aggregate', by: [], values, having: check } as const;
    const output = buildAggregate({ ...build, step, inputs, add: (node) => this.add(node) }, operator);
    return output === null ? null : [output.id];
  }

  /** Of several rows with the same keys one, always the same. */
  oncePerKey(word: string, input: Output, on: readonly string[]): Output {
    const id = `${this.build.step.id}.${word}`;
    const { schema } = input;
    this.add({ kind: 'distinct', id, inputs: [input.id], on, orderBy: [], schema, parallelism: null });
    return { id, schema, aliases: new Map() };
  }

  /** The solution set with the rows of the delta in the place of its own. @returns the node's id */
  replace(solution: Output, delta: Output, keys: readonly string[]): string {
    const { step } = this.build;
    const flag: NamedExpr = { name: '#new', expr: { kind: 'literal', text: 't', type: { kind: 'boolean' } } };
    const marked = this.select('marked', delta, [...delta.schema.fields.map(asItem), flag]);
    const rightNames = Object.fromEntries(delta.schema.fields.map(({ name }) => [name, `#${name}`]));
    const schema = joinSchema('full', solution.schema, marked.schema, rightNames);
    this.add({
      kind: 'join',
      id: `${step.id}.merge`,
      inputs: [solution.id, marked.id],
      type: 'full',
      leftKeys: keys,
      rightKeys: keys,
      nullSafe: keys.map(() => true),
      rightNames,
      kept: null,
      residual: null,
      hint: null,
      small: null,
      schema,
      parallelism: null,
    });
    const isNew: TypedExpr = { kind: 'column', name: '#new', type: { kind: 'boolean' } };
    const items = solution.schema.fields.map(({ name, type }): NamedExpr => {
      const then: TypedExpr = { kind: 'column', name: `#${name}`, type };
      const otherwise: TypedExpr = { kind: 'column', name, type };
      return { name, expr: { kind: 'case', branches: [{ when: isNew, then }], otherwise, type } };
    });
    return this.select('changed', { id: `${step.id}.merge`, schema, aliases: new Map() }, items).id;
  }

  close(
    inputs: string[],
    schema: Schema,
    end: Pick<Extract<LogicalNode, { kind: 'iterate' }>, 'stop' | 'condition'>,
  ): Output {
    const { maxIterations } = this.operator;
    this.add({ ...nodeBase(this.build, inputs), kind: 'iterate', maxIterations, ...end, schema });
    return { id: this.build.step.id, schema, aliases: new Map() };
  }

  private select(word: string, input: Output, items: readonly NamedExpr[]): Output {
    const id = `${this.build.step.id}.${word}`;
    const schema = selectSchema(items, input.schema);
    this.add({ kind: 'select', id, inputs: [input.id], items, schema, parallelism: null });
    return { id, schema, aliases: new Map() };
  }

  private add(node: LogicalNode): void {
    this.added.set(node.id, node);
    this.build.add(node);
  }

  private problem(message: string, hint: string): void {
    this.build.problems.add('ETL-3028', message, siteOf(this.build, [this.operator.kind, 'steps']), hint);
  }
}

function asItem(field: Schema['fields'][number]): NamedExpr {
  return { name: field.name, expr: columnOf(field) };
}

/** `contributions` of `ranks/contributions`. */
function nameOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
