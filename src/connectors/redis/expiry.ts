/**
 * When a row's key expires: absolute milliseconds, computed from the run's logical time and the row alone, so that a
 * retry, hours later, sends the same moment.
 */
import type { Column } from '../../columnar/column.js';
import { int64ToNumber, isValid } from '../../columnar/column.js';
import { numberOf } from './number-of.js';
import type { ExpiryForm } from './sink-params.js';

/** Redis adds nothing to it, so 2^53 ms (285,616 years) is far enough. */
const LATEST_MS = Number.MAX_SAFE_INTEGER;
const MS_PER_DAY = 86_400_000;

/** Answers beside moments (which are ≥ 1). */
export const NEVER = 0;
export const REFUSED = -1;

/** The moment before jitter, NEVER, or REFUSED for a lifetime that is none. */
export type MomentOf = (row: number) => number;

/** `column`: the values of the form's expression, null where it has none. */
export function momentOf(form: ExpiryForm, column: Column | null, logicalTimeMs: number): MomentOf {
  switch (form.kind) {
    case 'never':
    case 'keep':
      return () => NEVER;
    case 'fixed': {
      const moment = logicalTimeMs + form.ttlMs;
      return () => moment;
    }
    case 'ttl': {
      const seconds = numberOf(column!);
      return (row) => {
        if (!isValid(column!, row)) return NEVER;
        const ttlMs = Math.round(seconds(row) * 1000);
        return ttlMs > 0 && ttlMs <= LATEST_MS - logicalTimeMs ? logicalTimeMs + ttlMs : REFUSED;
      };
    }
    case 'at': {
      const moment = absoluteMs(column!);
      return (row) => {
        if (!isValid(column!, row)) return NEVER;
        const ms = moment(row);
        // A moment before 1970 is past like any other; Redis takes only positive ones.
        return ms === Infinity ? NEVER : ms <= LATEST_MS ? Math.max(1, ms) : REFUSED;
      };
    }
  }
}

/** Moves `moment` by up to `share` of its distance from the run, the same way for the same key `bytes[start, end)`. */
export function jittered(
  moment: number,
  share: number,
  logicalTimeMs: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  // FNV's high bits move little for keys that differ at their end; murmur's finaliser spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const unit = ((hash ^ (hash >>> 16)) >>> 0) / 0x100000000;
  const shifted = moment + Math.round((moment - logicalTimeMs) * share * (2 * unit - 1));
  return Math.min(LATEST_MS, Math.max(1, shifted));
}

/** Milliseconds since 1970 of a timestamp, a date or a number of seconds; ±Infinity for SQL's infinities. */
function absoluteMs(column: Column): (row: number) => number {
  if (column.layout === 'int64' && column.type.kind !== 'int64') {
    const { words } = column;
    return (row) => {
      const high = words[2 * row + 1];
      const low = words[2 * row];
      if (high === 0x7fffffff && low === -1) return Infinity;
      if (high === -0x80000000 && (low === 0 || low === 1)) return -Infinity;
      return Math.floor(int64ToNumber(words, row) / 1000);
    };
  }
  if (column.layout === 'int32' && column.type.kind === 'date') {
    const { values } = column;
    return (row) => {
      const days = values[row];
      return days === 0x7fffffff ? Infinity : days <= -0x7fffffff ? -Infinity : days * MS_PER_DAY;
    };
  }
  const seconds = numberOf(column);
  return (row) => Math.floor(seconds(row) * 1000);
}
