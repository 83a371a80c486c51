/** What the system says of a file of a source or sink, as an `EtlError`. */
import { EtlError } from '../../errors/etl-error.js';
import { explainErrno } from '../../errors/explain-errno.js';

export function readError(path: string, error: unknown): EtlError {
  if (error instanceof EtlError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code?.startsWith('Z_') === true) {
    const what =
      code === 'Z_BUF_ERROR' ? 'its compressed data ends in the middle' : `its compressed data is damaged (${code})`;
    return new EtlError('ETL-4122', `cannot read ${path}: ${what}`, { cause: error });
  }
  const denied = code === 'EACCES' || code === 'EPERM';
  return new EtlError(denied ? 'ETL-4104' : 'ETL-4121', `cannot read ${path}: ${explainErrno(error)}`, {
    cause: error,
  });
}

export function writeError(path: string, error: unknown): EtlError {
  if (error instanceof EtlError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const message = `cannot write ${path}: ${explainErrno(error)}`;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new EtlError('ETL-4221', message, {
        cause: error,
        hint: 'make room on that disk, or write to another one',
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new EtlError('ETL-4204', message, { cause: error });
    case 'ELOOP':
      return new EtlError('ETL-4222', message, { cause: error });
    default:
      return new EtlError('ETL-4220', message, { cause: error });
  }
}
