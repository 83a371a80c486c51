/** The one time zone whose rules never change. Others are the server's to compute. */
import type { BoundCall } from '../overload.js';
import { RefusedCall } from './refused-call.js';

/** Passes when the argument is a constant that names UTC (or NULL). @throws RefusedCall */
export function requireUtc(call: BoundCall, argument: number): void {
  const zone = call.constants[argument];
  if (
    zone === undefined ||
    (zone !== null && !/^(?:utc|gmt|z|zulu|etc\/utc|etc\/gmt|\+?-?0{1,2}(?::?00)?)$/i.test(zone))
  )
    throw new RefusedCall('etl converts to and from UTC only', 'let the source query convert other time zones');
}
