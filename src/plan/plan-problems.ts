/** Collects what is wrong with a job while it is planned, each with its place in the job file, so that all is said at once. */
import { EtlError, toEtlError, type ErrorPlace } from '../errors/etl-error.js';
import { EtlErrors, problemsOf } from '../errors/etl-errors.js';
import type { ErrorCode } from '../errors/registry.js';
import type { SpecDocument, SpecPath } from '../spec/job-spec.js';

export interface Site {
  readonly path: SpecPath;
  /** What of the job: `source "users"`, `step 3 (filter)`. */
  readonly what: string;
}

export class PlanProblems {
  private readonly found: EtlError[] = [];

  constructor(private readonly document: Pick<SpecDocument, 'locate'>) {}

  get count(): number {
    return this.found.length;
  }

  add(code: ErrorCode, message: string, { path, what }: Site, hint?: string): void {
    this.found.push(new EtlError(code, message, { at: { ...this.document.locate(path), what }, hint }));
  }

  /** Keeps what was thrown. Without a place of its own (a file and line) it gets that of `site`. */
  keep(thrown: unknown, { path, what }: Site): void {
    for (const error of problemsOf(toEtlError(thrown))) {
      const at = error.at?.file === undefined ? { ...this.document.locate(path), what } : { what, ...error.at };
      this.found.push(placed(error, at));
    }
  }

  /** Keeps errors of an expression: their column counts from `start` in the text of the scalar at the site. */
  keepExpression(thrown: unknown, { path, what }: Site, start = 0): void {
    for (const error of problemsOf(toEtlError(thrown))) {
      const column = error.at?.column ?? 1;
      this.found.push(
        placed(error, { ...this.document.locate(path, start + column - 1, error.at?.length ?? 1), what }),
      );
    }
  }

  throwIfAny(): void {
    if (this.found.length === 1) throw this.found[0];
    if (this.found.length > 1) throw new EtlErrors([...this.found].sort(byPlace));
  }
}

function placed(error: EtlError, at: ErrorPlace): EtlError {
  const { hint, sqlState, cause } = error;
  return new EtlError(error.code, error.message, { at, hint, sqlState, cause });
}

function byPlace(a: EtlError, b: EtlError): number {
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0);
}
