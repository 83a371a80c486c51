/** date_bin: the start of the bin of a given length, counted from an origin, that a timestamp falls into. */
import { MICROS_PER_DAY } from '../../columnar/datetime.js';
import { ValueError } from '../../columnar/row-errors.js';
import { asCall, define, run, type IntervalValue, type Overload } from '../overload.js';
import { checkTimestamp, isInfinite } from './moment.js';

export const binFunctions: readonly Overload[] = (['timestamp', 'timestamptz'] as const).map((kind) =>
  define('date_bin', ['interval', kind, kind], kind, run(dateBin, { runFast: dateBinSafe }), asCall),
);

function dateBin(stride: IntervalValue, timestamp: bigint, origin: bigint): bigint {
  if (isInfinite(timestamp)) return timestamp;
  if (isInfinite(origin)) throw new ValueError('22008', 'origin out of range');
  const length = strideOf(stride);
  const rest = (timestamp - origin) % length;
  return checkTimestamp(timestamp - (rest < 0n ? rest + length : rest));
}

function dateBinSafe(stride: IntervalValue, timestamp: number, origin: number): number {
  const length = Number(strideOf(stride));
  const distance = timestamp - origin;
  if (!Number.isSafeInteger(length) || !Number.isSafeInteger(distance)) return NaN;
  const rest = distance % length;
  return timestamp - (rest < 0 ? rest + length : rest);
}

function strideOf(stride: IntervalValue): bigint {
  if (stride.months !== 0)
    throw new ValueError('0A000', 'timestamps cannot be binned into intervals containing months or years');
  const length = BigInt(stride.days) * BigInt(MICROS_PER_DAY) + stride.micros;
  if (BigInt.asIntN(64, length) !== length) throw new ValueError('22008', 'interval out of range');
  if (length <= 0n) throw new ValueError('22008', 'stride must be greater than zero');
  return length;
}
