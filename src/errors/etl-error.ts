/**
 * The one error type that crosses a folder's border.
 *
 * Everything a user can read of a failure is data: a code of the registry, the parameters of its sentence, a place,
 * and what was done about it. An `EtlError` survives the trip between slot and parent as `ErrorData`.
 */
import type { ErrorKind } from './code-entry.js';
import { registry, type ErrorCode } from './registry.js';

/** Where in the user's input an error lies. `offset`/`length` count UTF-16 units of the scalar, `line`/`column` start at 1. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The source line, and how many characters of it to underline. */
  readonly excerpt?: string;
  readonly length?: number;
  /** What of the job: `sink "cache"`, `step 3 (filter)`, `split 9 attempt 1`. */
  readonly what?: string;
}

/** The JSON-safe form of an error, as it crosses processes, journals and `--json`. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly at?: ErrorPlace;
  /** The PostgreSQL condition of a row error (`22012` division by zero) or of a server's answer. */
  readonly sqlState?: string;
  readonly cause?: string;
}

export interface EtlErrorOptions {
  readonly hint?: string;
  readonly at?: ErrorPlace;
  readonly sqlState?: string;
  readonly cause?: unknown;
}

export class EtlError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: ErrorPlace | undefined;
  readonly sqlState: string | undefined;

  constructor(code: ErrorCode, message: string, options: EtlErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EtlError';
    this.code = code;
    this.hint = options.hint ?? registry[code].hint;
    this.at = options.at;
    this.sqlState = options.sqlState;
  }

  get kind(): ErrorKind {
    return registry[this.code].kind;
  }

  toJSON(): ErrorData {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint !== undefined && { hint: this.hint }),
      ...(this.at !== undefined && { at: this.at }),
      ...(this.sqlState !== undefined && { sqlState: this.sqlState }),
      ...(this.cause !== undefined && { cause: this.cause instanceof Error ? this.cause.message : String(this.cause) }),
    };
  }

  static fromJSON(data: ErrorData): EtlError {
    return new EtlError(data.code, data.message, data);
  }
}

/** What the system answers when there is not enough of something. */
const scarce = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM']);

/** Any thrown value as an `EtlError`; what is not one of ours is a bug of ours: ETL-9001, with its stack as the cause. */
export function toEtlError(thrown: unknown): EtlError {
  if (thrown instanceof EtlError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (scarce.has((thrown as NodeJS.ErrnoException | null)?.code ?? ''))
    return new EtlError('ETL-6008', message, { cause: thrown });
  return new EtlError('ETL-9001', `unexpected: ${message}`, {
    cause: thrown instanceof Error ? (thrown.stack ?? thrown) : thrown,
  });
}
