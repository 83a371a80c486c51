/** One thrower for each way in which spilling fails. */
import { formatBytes } from '../config/units.js';
import { EtlError } from '../errors/etl-error.js';
import { explainErrno } from '../errors/explain-errno.js';

/**
 * The system refused something with a spill file. Full disks are ETL-6101, failing ones ETL-6103 (what they hold cannot
 * be trusted), everything else ETL-6102.
 * @param needed bytes that were to be written
 */
export function spillError(path: string, error: unknown, needed = 0): EtlError {
  if (error instanceof EtlError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const why = explainErrno(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new EtlError('ETL-6101', `cannot write ${formatBytes(needed)} more to spill file ${path}: ${why}`, {
        hint: 'free space there, or name directories with more of it in io.tmp.dirs; more managed memory spills less',
        cause: error,
      });
    case 'EIO':
      return damagedRun(path, null, why, error);
    case 'EMFILE':
    case 'ENFILE':
      return new EtlError('ETL-6102', `cannot open spill file ${path}: ${why}`, {
        hint: 'raise the limit of open files (ulimit -n)',
        cause: error,
      });
    default:
      return new EtlError('ETL-6102', `cannot use spill file ${path}: ${why}`, {
        hint: 'io.tmp.dirs must name directories that exist and can be written to, and that nobody clears during a run',
        cause: error,
      });
  }
}

/** `spill.max-bytes` would be passed. */
export function quotaError(path: string, needed: number, used: number, most: number): EtlError {
  return new EtlError(
    'ETL-6101',
    `cannot write ${formatBytes(needed)} more to spill file ${path}: the slot has spilled ${formatBytes(used)} of the ${formatBytes(most)} that spill.max-bytes leaves it`,
    { hint: 'raise spill.max-bytes; more managed memory spills less' },
  );
}

/** The file is not what was sealed. `offset` is where, if one place is to blame. */
export function damagedRun(path: string, offset: number | null, what: string, cause?: unknown): EtlError {
  const where = offset === null ? '' : ` at byte ${offset}`;
  return new EtlError('ETL-6103', `spill file ${path} is damaged${where}: ${what}`, {
    hint: 'run the job again; if it happens again, check the disk',
    cause,
  });
}
