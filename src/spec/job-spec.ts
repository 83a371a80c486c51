/**
 * A job file after validation: what the user asked, with units parsed and defaults filled in. Plain data.
 *
 * Expressions are still text; plan checks them against the schemas of the sources. Where a piece of text stands in
 * the file is asked of `SpecDocument.locate`.
 */
import type { ErrorPlace, EtlError } from '../errors/etl-error.js';
import type { JsonObject, SplitWish } from '../connectors/connector.js';
import type { DataType } from '../columnar/data-type.js';
import type { RejectPolicy } from '../protocol/task.js';
import type { StepOperator, StepSpec } from './step-operator.js';

export interface JobSpec {
  readonly name: string;
  readonly description: string | null;
  readonly params: Readonly<Record<string, ParamSpec>>;
  readonly parallelism: number | null;
  readonly connections: Readonly<Record<string, ConnectionSpec>>;
  readonly sources: Readonly<Record<string, SourceSpec>>;
  readonly steps: readonly StepSpec[];
  readonly sinks: Readonly<Record<string, SinkSpec>>;
}

export interface ParamSpec {
  readonly type: DataType;
  /** PostgreSQL's text of the value, after --param and default; null is NULL. */
  readonly value: string | null;
}

export interface ConnectionSpec {
  readonly type: string;
  /** The connector's own keys. */
  readonly own: JsonObject;
}

export interface SourceSpec {
  readonly type: string;
  readonly connection: string | null;
  readonly own: JsonObject;
  readonly columns: readonly string[] | null;
  readonly where: string | null;
  readonly split: SplitWish | null;
  readonly fetchSize: number;
  readonly consistency: 'snapshot' | 'split' | null;
  readonly parallelism: number | null;
}

export interface SinkSpec {
  readonly type: string;
  readonly connection: string | null;
  readonly from: string;
  readonly own: JsonObject;
  readonly onReject: RejectPolicy;
  /** Most rows a second, all slots together. */
  readonly rateLimit: number | null;
  readonly parallelism: number | null;
}

export type SpecPath = readonly (string | number)[];

/** What of a job file could be read, also where other parts of it are wrong. */
export interface ReadableJob {
  readonly params: JobSpec['params'];
  /** By index of the step; null where it is wrong. */
  readonly operators: readonly (StepOperator | null)[];
  readonly sinks: Readonly<Record<string, Pick<SinkSpec, 'type' | 'own'>>>;
  readonly locate: SpecDocument['locate'];
}

/** A loaded file: its spec and the map back into its text. */
export interface SpecDocument {
  readonly file: string;
  /** Folder of the file: where relative paths start. */
  readonly baseDir: string;
  readonly spec: JobSpec;
  /** The text of the file, what is or looks like a secret covered: fit to be kept. */
  readonly safeText: string;
  /** A sentence (a server's, a stack) without the values that came from the environment, and without passwords. */
  readonly conceal: (text: string) => string;
  /** What is odd but stops nothing (`EtlErrors` carries what does). */
  readonly warnings: readonly EtlError[];
  /** Place of the value at `path` (or of its key); `offset`/`length` point into a scalar's text. */
  readonly locate: (path: SpecPath, offset?: number, length?: number) => ErrorPlace;
}

export function readableJob({ spec, locate }: SpecDocument): ReadableJob {
  return { params: spec.params, operators: spec.steps.map((step) => step.operator), sinks: spec.sinks, locate };
}
