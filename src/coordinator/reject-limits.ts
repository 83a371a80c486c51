/** The limits of `onReject`, over all slots. Pure. */
import type { ErrorData } from '../errors/etl-error.js';
import type { RejectPolicy } from '../protocol/task.js';
import type { RowTotals } from './events.js';

/** Fewer rows say nothing about a ratio while the run goes on; at its end any number does. */
const ROWS_FOR_A_RATIO = 1000;

/** The error that ends the run when its rejects go over a limit of the policy; null while they do not. */
export function overRejectLimit(
  name: string,
  policy: RejectPolicy,
  rows: RowTotals,
  isFinal: boolean,
): ErrorData | null {
  if (policy.kind === 'fail') return null;
  const hint = 'see the rejects, mend the rows or the expressions, or raise maxRows / maxRatio of onReject';
  if (policy.maxRows !== null && rows.rejected > policy.maxRows) {
    const message = `${rows.rejected} rows were rejected, maxRows allows ${policy.maxRows}`;
    return { code: 'ETL-5002', message, hint, at: { what: name } };
  }
  const ratio = rows.read === 0 ? 0 : rows.rejected / rows.read;
  if (policy.maxRatio !== null && ratio > policy.maxRatio && (isFinal || rows.read >= ROWS_FOR_A_RATIO)) {
    const message = `${rows.rejected} of ${rows.read} rows were rejected, maxRatio allows ${policy.maxRatio * 100} %`;
    return { code: 'ETL-5002', message, hint, at: { what: name } };
  }
  return null;
}
