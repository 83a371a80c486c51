/**
 * Who reads from whom. Sources and steps share one set of ids; `from` means the step before when it is not given.
 *
 * A step reads sources and earlier steps only, so the graph has no cycle by construction. Ids of sinks differ from those of
 * sources and steps: all of them are nodes of one graph.
 */
import { didYouMeanHint } from '../errors/did-you-mean.js';
import type { RawStep } from './check-steps.js';
import type { SpecPath, StepSpec } from './job-spec.js';
import { checkId, problemAt, problemAtKey, type Reading } from './reading.js';
import { quoted } from './source-text.js';
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

class Resolver {
  private readonly reading: Reading;
  private readonly sources: readonly string[];
  private readonly steps: readonly RawStep[];
  private readonly sinks: readonly RawSink[];
  /** Id of each step, given or by position. */
  private readonly stepIds: readonly string[];
  private readonly read = new Set<string>();

  constructor(reading: Reading, sources: readonly string[], steps: readonly RawStep[], sinks: readonly RawSink[]) {
    this.reading = reading;
    this.sources = sources;
    this.steps = steps;
    this.sinks = sinks;
    this.stepIds = steps.map((step) => step.id ?? `step${step.index + 1}`);
  }

  resolve(): Inputs {
    this.checkIds();
    const steps = this.steps.map((step, position) => this.resolveStep(step, position)).filter((step) => step !== null);
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
    const claim = (id: string, what: string, path: SpecPath, atKey: boolean): void => {
      if (!checkId(this.reading, id, what, path, atKey)) return;
      const owner = owners.get(id);
      if (owner === undefined) owners.set(id, what);
      else
        (atKey ? problemAtKey : problemAt)(
          this.reading,
          'ETL-2051',
          `the id ${quoted(id)} is taken by ${owner}`,
          path,
          'sources, steps and sinks need different ids',
        );
    };
    for (const id of this.sources) claim(id, 'a source', ['sources', id], true);
    for (const [position, step] of this.steps.entries()) {
      claim(
        this.stepIds[position],
        `step ${step.index + 1}`,
        step.id === null ? ['steps', step.index] : ['steps', step.index, 'id'],
        false,
      );
    }
    for (const { id } of this.sinks) claim(id, 'a sink', ['sinks', id], true);
  }

  private resolveStep(step: RawStep, position: number): StepSpec | null {
    const path: SpecPath = ['steps', step.index];
    const kind = step.operator?.kind;
    const isSet = kind === 'union' || kind === 'unionAll' || kind === 'intersect' || kind === 'except';
    const others = step.others.map(({ id, path: place }) => this.check(id, position, place));
    const needsInput = step.from !== null || !isSet || others.length === 1;
    const first = !needsInput
      ? []
      : [step.from === null ? this.defaultInput(step, position) : this.check(step.from, position, [...path, 'from'])];
    const from = [...first, ...others];
    if (step.operator === null || from.some((id) => id === null)) return null;
    if (isSet && from.length < 2)
      problemAt(this.reading, 'ETL-2053', `${wordsOf[kind]} needs at least two inputs`, [...path, kind]);
    return {
      id: this.stepIds[position],
      from: from as string[],
      parallelism: step.parallelism,
      description: step.description,
      operator: step.operator,
    };
  }

  /** The id, if a step at `position` may read it. */
  private check(id: string, position: number, path: SpecPath): string | null {
    const step = this.stepIds.indexOf(id);
    if (this.sources.includes(id) || (step >= 0 && step < position)) {
      this.read.add(id);
      return id;
    }
    if (step >= 0) {
      const message = step === position ? `step ${position + 1} reads from itself` : `${quoted(id)} is a later step`;
      problemAt(this.reading, 'ETL-2052', message, path, 'a step reads from sources and from steps above it');
      return null;
    }
    this.unknown(id, path, [...this.sources, ...this.stepIds.slice(0, position)]);
    return null;
  }

  private unknown(id: string, path: SpecPath, known: readonly string[]): void {
    const isSink = this.sinks.some((sink) => sink.id === id);
    const message = isSink
      ? `${quoted(id)} is a sink; nothing can read from it`
      : `there is no source or step ${quoted(id)}`;
    problemAt(
      this.reading,
      'ETL-2050',
      message,
      path,
      didYouMeanHint(id, known) ?? `here: ${known.slice(0, 12).join(', ')}`,
    );
  }

  private defaultInput(step: RawStep, position: number): string | null {
    if (position > 0) {
      this.read.add(this.stepIds[position - 1]);
      return this.stepIds[position - 1];
    }
    return this.onlySource(['steps', step.index], `step ${step.index + 1}`);
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
    for (const [position, step] of this.steps.entries()) {
      const id = this.stepIds[position];
      if (!this.read.has(id))
        problems.warn(
          'ETL-2090',
          `nothing reads from step ${step.index + 1} (${id}); it will not run`,
          placeOf(tree, ['steps', step.index]),
        );
    }
  }
}
