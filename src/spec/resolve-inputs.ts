/**
 * Who reads from whom. Sources and steps share one set of ids; `from` means the step before when it is not given.
 *
 * A step reads sources and earlier steps only, so the graph has no cycle by construction. Ids of sinks differ from those of
 * sources and steps: all of them are nodes of one graph.
 */
import { didYouMeanHint } from '../errors/did-you-mean.js';
import type { RawStep } from './check-steps.js';
import type { SpecPath } from './job-spec.js';
import { checkId, problemAt, problemAtKey, type Reading } from './reading.js';
import { quoted } from './source-text.js';
import type { StepOperator, StepSpec } from './step-operator.js';
import { placeOf, placeOfKey } from './yaml-tree.js';

interface RawSink {
  readonly id: string;
  readonly from: string | null;
}

export interface Inputs {
  readonly steps: readonly StepSpec[];
  /** What each sink reads. */
  readonly sinkInputs: ReadonlyMap<string, string>;
}

type Iteration = Extract<StepOperator, { kind: 'iterate' | 'deltaIterate' }>;

const wordsOf = {
  union: 'a union',
  unionAll: 'a union',
  intersect: 'an intersection',
  except: 'a difference',
} as const;

export function resolveInputs(
  reading: Reading,
  sources: readonly string[],
  steps: readonly RawStep[],
  sinks: readonly RawSink[],
): Inputs {
  return new Resolver(reading, sources, steps, sinks).resolve();
}

/** What the steps of a list may read besides those above them. */
interface StepScope {
  readonly outside: readonly string[];
  /** What the first step reads where it does not say so; null: the only source. */
  readonly first: string | null;
  /** Before the id of each step. */
  readonly prefix: string;
}

/** What the steps of an iteration call the rows that go round; the first is what their first step reads. */
const roundNames = { iterate: ['current'], deltaIterate: ['workset', 'solution'] } as const;

class Resolver {
  private readonly reading: Reading;
  private readonly sources: readonly string[];
  private readonly steps: readonly RawStep[];
  private readonly sinks: readonly RawSink[];
  /** Of the steps outside of iterations. */
  private readonly stepIds: readonly string[];
  /** Sources and steps; those in an iteration with its id before them. */
  private readonly read = new Set<string>();

  constructor(reading: Reading, sources: readonly string[], steps: readonly RawStep[], sinks: readonly RawSink[]) {
    this.reading = reading;
    this.sources = sources;
    this.steps = steps;
    this.sinks = sinks;
    this.stepIds = steps.map(nameOf);
  }

  resolve(): Inputs {
    this.checkIds();
    const steps = this.resolveSteps(this.steps, { outside: this.sources, first: null, prefix: '' });
    const sinkInputs = new Map<string, string>();
    for (const sink of this.sinks) {
      const input = this.sinkInput(sink);
      if (input !== null) sinkInputs.set(sink.id, input);
    }
    const isWhole = steps.length === this.steps.length && sinkInputs.size === this.sinks.length;
    if (isWhole) this.warnUnread(); // else the reader may be what is wrong
    return { steps, sinkInputs };
  }

  private checkIds(): void {
    const owners = new Map<string, string>();
    for (const id of this.sources) this.claim(owners, id, 'a source', ['sources', id], true);
    for (const step of this.steps) this.claimStep(owners, step);
    for (const { id } of this.sinks) this.claim(owners, id, 'a sink', ['sinks', id], true);
    for (const { inner, operator, path } of this.steps) {
      if (operator?.kind !== 'iterate' && operator?.kind !== 'deltaIterate') continue;
      const own = new Map(owners);
      for (const name of roundNames[operator.kind]) this.claim(own, name, 'the rows of an iteration', path, false);
      for (const step of inner) this.claimStep(own, step);
    }
  }

  private claimStep(owners: Map<string, string>, step: RawStep): void {
    const path = step.id === null ? step.path : [...step.path, 'id'];
    this.claim(owners, nameOf(step), `step ${step.number}`, path, false);
  }

  private claim(owners: Map<string, string>, id: string, what: string, path: SpecPath, atKey: boolean): void {
    if (!checkId(this.reading, id, what, path, atKey)) return;
    const owner = owners.get(id);
    if (owner === undefined) return void owners.set(id, what);
    const message = `the id ${quoted(id)} is taken by ${owner}`;
    const hint = 'sources, steps and sinks need different ids';
    (atKey ? problemAtKey : problemAt)(this.reading, 'ETL-2051', message, path, hint);
  }

  private resolveSteps(steps: readonly RawStep[], scope: StepScope): StepSpec[] {
    const names = steps.map(nameOf);
    return steps.flatMap((step, position) => {
      const resolved = this.resolveStep(step, names.slice(0, position), names.slice(position), scope);
      return resolved === null ? [] : [resolved];
    });
  }

  /** `above`, `below`: names of the steps before, and of the step and those behind it. */
  private resolveStep(
    step: RawStep,
    above: readonly string[],
    below: readonly string[],
    scope: StepScope,
  ): StepSpec | null {
    const { path } = step;
    const kind = step.operator?.kind;
    const isSet = kind === 'union' || kind === 'unionAll' || kind === 'intersect' || kind === 'except';
    const check = (id: string, at: SpecPath): string | null => this.check(step, id, at, above, below, scope);
    const others = step.others.map(({ id, path: place }) => check(id, place));
    const isQuery = kind === 'sql';
    if (isQuery && step.from !== null)
      problemAt(this.reading, 'ETL-2053', 'a query names what it reads itself', [...path, 'from'], 'leave from out');
    const needsInput = !isQuery && (step.from !== null || !isSet || others.length === 1);
    const first = !needsInput
      ? []
      : [step.from === null ? this.defaultInput(step, above, scope) : check(step.from, [...path, 'from'])];
    const from = [...first, ...others];
    if (step.operator === null || from.some((id) => id === null)) return null;
    if (isSet && from.length < 2)
      problemAt(this.reading, 'ETL-2053', `${wordsOf[kind]} needs at least two inputs`, [...path, kind]);
    const { parallelism, description, operator } = step;
    const id = `${scope.prefix}${below[0]}`;
    const resolved = { id, path, label: `step ${step.number}`, from: from as string[], parallelism, description };
    if (operator.kind !== 'iterate' && operator.kind !== 'deltaIterate') return { ...resolved, operator };
    return this.resolveIteration({ ...resolved, operator }, step.inner, [...scope.outside, ...above], scope);
  }

  /** An iteration also reads what its steps read from outside. */
  private resolveIteration(
    step: StepSpec & { readonly operator: Iteration },
    inner: readonly RawStep[],
    outside: readonly string[],
    scope: StepScope,
  ): StepSpec | null {
    const { operator, path } = step;
    const { kind } = operator;
    if (scope.prefix !== '') {
      const hint = 'let the steps of the outer one do what the inner one is for';
      problemAt(this.reading, 'ETL-2057', 'an iteration cannot stand in another', [...path, kind], hint);
      return null;
    }
    const [first] = roundNames[kind];
    const prefix = `${step.id}/`;
    const steps = this.resolveSteps(inner, { outside: [...outside, ...roundNames[kind]], first, prefix });
    if (steps.length < inner.length) return null;
    const names = inner.map(nameOf);
    const named = (id: string, otherwise: string, ...field: SpecPath): string | null => {
      if (id === '') return otherwise;
      this.read.add(`${prefix}${id}`);
      if (names.includes(id)) return id;
      this.unknown(id, [...path, kind, ...field], names, 'the iteration has no step');
      return null;
    };
    const last = names.at(-1)!;
    this.read.add(`${prefix}${last}`);
    const from = [...step.from, ...outside.filter((id) => steps.some((one) => one.from.includes(id)))];
    if (operator.kind === 'iterate') {
      const of = operator.until === null ? last : named(operator.until.of, last, 'until', 'of');
      if (of === null) return null;
      return { ...step, from, operator: { ...operator, steps, until: operator.until && { ...operator.until, of } } };
    }
    const delta = named(operator.delta, last, 'delta');
    const next = named(operator.next, delta ?? last, 'next');
    return delta === null || next === null ? null : { ...step, from, operator: { ...operator, steps, delta, next } };
  }

  /** The id, if the step may read it. */
  private check(
    step: RawStep,
    id: string,
    path: SpecPath,
    above: readonly string[],
    below: readonly string[],
    { outside, prefix }: StepScope,
  ): string | null {
    if (above.includes(id)) {
      this.read.add(`${prefix}${id}`);
      return id;
    }
    if (outside.includes(id)) {
      this.read.add(id);
      return id;
    }
    if (below.includes(id)) {
      const message = below[0] === id ? `step ${step.number} reads from itself` : `${quoted(id)} is a later step`;
      problemAt(this.reading, 'ETL-2052', message, path, 'a step reads from sources and from steps above it');
      return null;
    }
    this.unknown(id, path, [...outside, ...above]);
    return null;
  }

  private unknown(id: string, path: SpecPath, known: readonly string[], what = 'there is no source or step'): void {
    const isSink = this.sinks.some((sink) => sink.id === id);
    const message = isSink ? `${quoted(id)} is a sink; nothing can read from it` : `${what} ${quoted(id)}`;
    problemAt(
      this.reading,
      'ETL-2050',
      message,
      path,
      didYouMeanHint(id, known) ?? `here: ${known.slice(0, 12).join(', ')}`,
    );
  }

  private defaultInput(step: RawStep, above: readonly string[], { first, prefix }: StepScope): string | null {
    const before = above.at(-1);
    if (before !== undefined) {
      this.read.add(`${prefix}${before}`);
      return before;
    }
    return first ?? this.onlySource(step.path, `step ${step.number}`);
  }

  private onlySource(path: SpecPath, what: string): string | null {
    if (this.sources.length === 1) {
      this.read.add(this.sources[0]);
      return this.sources[0];
    }
    if (this.sources.length > 1) {
      problemAtKey(
        this.reading,
        'ETL-2053',
        `${what} needs "from": there are ${this.sources.length} sources`,
        path,
        `one of ${this.sources.slice(0, 12).join(', ')}`,
      );
    }
    return null;
  }

  private sinkInput(sink: RawSink): string | null {
    const path: SpecPath = ['sinks', sink.id];
    if (sink.from !== null) {
      if (this.sources.includes(sink.from) || this.stepIds.includes(sink.from)) {
        this.read.add(sink.from);
        return sink.from;
      }
      this.unknown(sink.from, [...path, 'from'], [...this.sources, ...this.stepIds]);
      return null;
    }
    const last = this.stepIds.at(-1);
    if (last === undefined) return this.onlySource(path, `sink ${quoted(sink.id)}`);
    this.read.add(last);
    return last;
  }

  private warnUnread(): void {
    const { problems, tree } = this.reading;
    for (const id of this.sources) {
      if (!this.read.has(id))
        problems.warn(
          'ETL-2090',
          `nothing reads from the source ${quoted(id)}; it will not be read`,
          placeOfKey(tree, ['sources', id]),
        );
    }
    for (const step of this.steps) this.warnUnreadStep(step, '');
  }

  private warnUnreadStep(step: RawStep, prefix: string): void {
    const { problems, tree } = this.reading;
    const name = nameOf(step);
    if (!this.read.has(`${prefix}${name}`)) {
      const message = `nothing reads from step ${step.number} (${name}); it will not run`;
      problems.warn('ETL-2090', message, placeOf(tree, step.path));
    }
    for (const inner of step.inner) this.warnUnreadStep(inner, `${name}/`);
  }
}

/** Given, or by position: `step3`, in an iteration `step3_2`. */
function nameOf({ id, number }: RawStep): string {
  return id ?? `step${number.replace('.', '_')}`;
}
