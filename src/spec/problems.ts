/** Collects everything that is wrong with a job file, so that all of it is said at once. A place gets each kind of complaint once. */
import { EtlError, type ErrorPlace } from '../errors/etl-error.js';
import { EtlErrors } from '../errors/etl-errors.js';
import type { ErrorCode } from '../errors/registry.js';

/** Beyond this many nobody reads on, and a hostile file could make a million. */
const MOST_PROBLEMS = 50;

export class Problems {
  private readonly errors = new Map<string, EtlError>();
  private readonly warnings: EtlError[] = [];
  private readonly conceal: (text: string) => string;

  /** `conceal` takes the values of environment variables out of a sentence. */
  constructor(conceal: (text: string) => string = (text) => text) {
    this.conceal = conceal;
  }

  add(code: ErrorCode, message: string, at: ErrorPlace, hint?: string): void {
    const key = `${at.file}:${at.line}:${at.column}:${at.what ?? ''}:${code === 'ETL-2040' ? message : code}`;
    if (this.isFull || this.errors.has(key)) return;
    this.errors.set(
      key,
      new EtlError(code, this.conceal(message), { at, hint: hint === undefined ? undefined : this.conceal(hint) }),
    );
  }

  warn(code: ErrorCode, message: string, at: ErrorPlace, hint?: string): void {
    this.warnings.push(new EtlError(code, message, { at, hint }));
  }

  /** Nothing more is taken in. */
  get isFull(): boolean {
    return this.errors.size >= MOST_PROBLEMS;
  }

  get found(): boolean {
    return this.errors.size > 0;
  }

  /** Everything in the order of the file; `more` where something else is wrong, too. */
  throwIfAny(more: readonly EtlError[] = []): void {
    if (this.found)
      throw new EtlErrors(
        [...this.errors.values(), ...more.map((error) => this.concealed(error))].sort(byPlace),
        this.warningsInOrder(),
      );
  }

  private concealed({ code, message, at, hint }: EtlError): EtlError {
    return new EtlError(code, this.conceal(message), { at, hint: hint === undefined ? undefined : this.conceal(hint) });
  }

  warningsInOrder(): readonly EtlError[] {
    return [...this.warnings].sort(byPlace);
  }
}

function byPlace({ at: a = {} }: EtlError, { at: b = {} }: EtlError): number {
  if (a.file !== b.file) return (a.file ?? '') < (b.file ?? '') ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
