/**
 * What `--limit`, `--sink` and `preview` make of a job: a job. Steps are only added at the end, so places stay right.
 */
import type { JsonObject } from '../connectors/connector.js';
import { didYouMeanHint } from '../errors/did-you-mean.js';
import { EtlError } from '../errors/etl-error.js';
import type { JobSpec, SinkSpec } from '../spec/job-spec.js';
import type { StepSpec } from '../spec/step-operator.js';

/** Each sink gets at most so many rows; sinks that read the same rows get the same ones. */
export function withLimit(spec: JobSpec, rows: number): JobSpec {
  const inputs = [...new Set(Object.values(spec.sinks).map((sink) => sink.from))];
  const limits = inputs.map((from): StepSpec => {
    const own = { path: [], label: 'the limit', parallelism: null, description: null };
    return { ...own, id: limitId(from), from: [from], operator: { kind: 'limit', rows } };
  });
  return {
    ...spec,
    steps: [...spec.steps, ...limits],
    sinks: mapValues(spec.sinks, (sink) => ({ ...sink, from: limitId(sink.from) })),
  };
}

/** Every sink is replaced by one that needs no connection (`print`, `blackhole`), with that connector's own keys. */
export function withSinks(spec: JobSpec, type: string, own: JsonObject = {}): JobSpec {
  return { ...spec, sinks: mapValues(spec.sinks, (sink) => previewSink(type, sink.from, own)) };
}

/**
 * The first rows of a source or step, or of what arrives at a sink, into `print`. Without `at`: at the job's first sink.
 *
 * @throws EtlError ETL-3026
 */
export function previewSpec(spec: JobSpec, at: string | null, rows: number, own: JsonObject = {}): JobSpec {
  const id = at ?? Object.keys(spec.sinks)[0];
  const from = Object.hasOwn(spec.sinks, id) ? spec.sinks[id].from : id;
  const known = [...Object.keys(spec.sources), ...spec.steps.map((step) => step.id)];
  if (!known.includes(from)) {
    const all = [...known, ...Object.keys(spec.sinks)];
    throw new EtlError('ETL-3026', `the job has no source, step or sink "${id}"`, {
      hint: didYouMeanHint(id, all) ?? `it has ${all.join(', ')}`,
    });
  }
  return withLimit({ ...spec, sinks: { preview: previewSink('print', from, own) } }, rows);
}

function previewSink(type: string, from: string, own: JsonObject): SinkSpec {
  return { type, connection: null, from, own, onReject: { kind: 'fail' }, rateLimit: null, parallelism: null };
}

/** Not a name that a job file can give. */
function limitId(from: string): string {
  return `${from}.limit`;
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
