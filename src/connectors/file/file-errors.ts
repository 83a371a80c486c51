/** What the system says of a file, as an `EtlError`: who, what, and what the errno means. */
import { EtlError } from '../../errors/etl-error.js';

const meanings: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  EMFILE: 'this process has too many open files',
  ENFILE: 'the system has too many open files',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'it is a symbolic link, or its path holds too many',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than a file may be',
  EROFS: 'the file system is read-only',
  EIO: 'the disk failed',
  ESTALE: 'it was removed on the file server',
  EEXIST: 'it exists already',
};

export function explainErrno(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message;
  const meaning = meanings[code];
  return meaning === undefined ? message : `${meaning} (${code})`;
}

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
      return new EtlError('ETL-4221', message, { cause: error });
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
