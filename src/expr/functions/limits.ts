/** What one value may grow to. PostgreSQL's own limit is 1 GiB a value; a slot lives in a memory budget, so ours is lower. */
import { ValueError } from '../../columnar/row-errors.js';

export const MAX_VALUE_BYTES = 64 * 1024 * 1024;

/** Throws PostgreSQL's error for a result that is too long, before it is made. */
export function checkResultBytes(bytes: number): void {
  if (bytes > MAX_VALUE_BYTES) throw new ValueError('54000', 'requested length too large');
}
