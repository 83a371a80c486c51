/** What a result code of SQLite means for a run. Data, one line a code; longer codes (`SQLITE_IOERR_READ`) by their beginning. */
import type { ErrorCode } from '../../errors/registry.js';
import { EtlError } from '../../errors/etl-error.js';

export type SqliteSide = 'source' | 'sink';

const meanings: readonly (readonly [code: string, source: ErrorCode, sink: ErrorCode, hint?: string])[] = [
  ['SQLITE_BUSY', 'ETL-4110', 'ETL-4205', 'another program holds the file; look for it with `fuser FILE`'],
  ['SQLITE_LOCKED', 'ETL-4110', 'ETL-4205'],
  ['SQLITE_CANTOPEN', 'ETL-4101', 'ETL-4201'],
  ['SQLITE_PERM', 'ETL-4104', 'ETL-4204'],
  ['SQLITE_AUTH', 'ETL-4104', 'ETL-4204'],
  ['SQLITE_READONLY', 'ETL-4104', 'ETL-4204', 'the file or its folder is not writable'],
  ['SQLITE_FULL', 'ETL-4110', 'ETL-4213', 'make room on the disk of the file and of SQLITE_TMPDIR'],
  ['SQLITE_CORRUPT', 'ETL-4112', 'ETL-4214'],
  ['SQLITE_NOTADB', 'ETL-4112', 'ETL-4214'],
  ['SQLITE_IOERR', 'ETL-4102', 'ETL-4207'],
];

/** Any thrown value: an `EtlError` as it is, the driver's by its code, the rest as a statement that cannot be run. */
export function sqliteError(thrown: unknown, file: string, side: SqliteSide): EtlError {
  if (thrown instanceof EtlError) return thrown;
  const code = resultCode(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const found = meanings.find(([start]) => code.startsWith(start));
  if (found === undefined)
    return new EtlError(side === 'source' ? 'ETL-4107' : 'ETL-4207', `SQLite ${file}: ${message}`, { cause: thrown });
  return new EtlError(side === 'source' ? found[1] : found[2], `SQLite ${file}: ${message}`, {
    hint: found[3],
    cause: thrown,
  });
}

export function isBusy(thrown: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(resultCode(thrown));
}

/** An error of the row that was written, not of the database. */
export function isRowError(thrown: unknown): boolean {
  return /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(resultCode(thrown));
}

export function isConstraint(thrown: unknown): boolean {
  return resultCode(thrown).startsWith('SQLITE_CONSTRAINT');
}

function resultCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}
