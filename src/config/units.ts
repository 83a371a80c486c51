/**
 * Human units as text → numbers, and back. Sizes are bytes, durations milliseconds, counts and ratios plain numbers.
 *
 * A unit of size is always a power of 1024 (`k`, `kb`, `KiB` are the same), as in Flink; a unit of count is a power of
 * 1000. A duration always names its unit (`0` alone is allowed): `60` could mean seconds to one reader and milliseconds
 * to another. Every parser gives a number exact to the digit or throws `UnreadableValueError`.
 */

/** `message` is a clause for the end of a sentence: `"1x" is not a size; write …`. */
export class UnreadableValueError extends Error {
  override readonly name = 'UnreadableValueError';
}

const sizeUnits: ReadonlyMap<string, bigint> = new Map([
  ...unitNames(1n, ['', 'b', 'byte', 'bytes']),
  ...unitNames(1n << 10n, ['k', 'kb', 'kib', 'kibibytes']),
  ...unitNames(1n << 20n, ['m', 'mb', 'mib', 'mebibytes']),
  ...unitNames(1n << 30n, ['g', 'gb', 'gib', 'gibibytes']),
  ...unitNames(1n << 40n, ['t', 'tb', 'tib', 'tebibytes']),
]);

const durationUnits: ReadonlyMap<string, bigint> = new Map([
  ...unitNames(1n, ['ms', 'milli', 'millis', 'millisecond', 'milliseconds']),
  ...unitNames(1000n, ['s', 'sec', 'secs', 'second', 'seconds']),
  ...unitNames(60_000n, ['m', 'min', 'mins', 'minute', 'minutes']),
  ...unitNames(3_600_000n, ['h', 'hour', 'hours']),
  ...unitNames(86_400_000n, ['d', 'day', 'days']),
]);

const countUnits: ReadonlyMap<string, bigint> = new Map([
  ...unitNames(1n, ['']),
  ...unitNames(1000n, ['k']),
  ...unitNames(1_000_000n, ['m']),
  ...unitNames(1_000_000_000n, ['g', 'b']),
]);

const MAX_LONG = (1n << 63n) - 1n;
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

const sizeForm = 'a whole number and a unit, such as 512m or 16g (powers of 1024; no unit means bytes)';
const humanSizeForm = 'a number and a unit, such as 64MiB or 1.5g (powers of 1024; no unit means bytes)';
const durationForm = 'a number and a unit (ms, s, min, h, d), such as 30s or 1h30m';
const countForm = 'digits, such as 50000 or 50k';
const ratioForm = 'a number, such as 0.4 or 40%';

/** Flink's size syntax: whole numbers only, the unit optional and of any case. `16g` → 17179869184. */
export function parseFlinkSize(text: string): number {
  return exactSize(text, wholeSize(text));
}

/** As `parseFlinkSize`, for an upper bound: beyond 2^53 it bounds nothing, so it becomes 2^53 - 1. */
export function parseSizeBound(text: string): number {
  const bytes = wholeSize(text);
  if (bytes > MAX_LONG) throw new UnreadableValueError(`"${text.trim()}" is more than 2^63 - 1 bytes`);
  return Number(bytes > MAX_EXACT ? MAX_EXACT : bytes);
}

/** A size with decimals allowed, `1.5GiB` → 1610612736; it must come to whole bytes. */
export function parseSize(text: string): number {
  const found = /^(\d+)(?:\.(\d+))?\s*([a-z]*)$/i.exec(text.trim());
  const unit = sizeUnits.get(found?.[3].toLowerCase() ?? '?');
  if (!found || unit === undefined) throw unreadable(text, 'a size', humanSizeForm);
  const bytes = scaled(found[1], found[2], unit);
  if (bytes === null) throw new UnreadableValueError(`"${text.trim()}" is not a whole number of bytes`);
  return exactSize(text, bytes);
}

/** `30s`, `5 min`, `1h30m`, `0.5s`, `500ms` → milliseconds. */
export function parseDuration(text: string): number {
  const trimmed = text.trim().toLowerCase();
  if (/^0+$/.test(trimmed)) return 0;
  if (!/^(\d+(\.\d+)?\s*[a-z]+\s*)+$/.test(trimmed)) throw unreadable(text, 'a duration', durationForm);
  let total = 0n;
  for (const part of trimmed.matchAll(/(\d+)(?:\.(\d+))?\s*([a-z]+)/g)) {
    const unit = durationUnits.get(part[3]);
    if (unit === undefined) throw unreadable(text, 'a duration', durationForm);
    const milliseconds = scaled(part[1], part[2], unit);
    if (milliseconds === null) throw new UnreadableValueError(`"${text.trim()}" is finer than a millisecond`);
    total += milliseconds;
  }
  if (total > MAX_EXACT) throw new UnreadableValueError(`"${text.trim()}" is too long`);
  return Number(total);
}

/** `50000`, `50_000`, `50k`, `1.5m` → a whole number (powers of 1000). */
export function parseCount(text: string): number {
  const found = /^(\d[\d_]*)(?:\.(\d+))?\s*([a-z]?)$/i.exec(text.trim());
  const unit = countUnits.get(found?.[3].toLowerCase() ?? '?');
  const count = found && unit !== undefined ? scaled(found[1].replaceAll('_', ''), found[2], unit) : null;
  if (count === null) throw unreadable(text, 'a whole number', countForm);
  if (count > MAX_EXACT) throw new UnreadableValueError(`"${text.trim()}" is more than 2^53 - 1`);
  return Number(count);
}

/** `0.4` or `40%` → 0.4. May be negative or above 1: what is allowed is for the setting to say. */
export function parseRatio(text: string): number {
  const found = /^([+-]?\d*\.?\d+(?:e[+-]?\d+)?)\s*(%?)$/i.exec(text.trim());
  const value = found ? Number(found[1]) : NaN;
  if (!found || !Number.isFinite(value)) throw unreadable(text, 'a ratio', ratioForm);
  return found[2] ? Number((value / 100).toPrecision(15)) : value;
}

/** `1.4 KiB`, `14.75 GiB`, `512 B`: at most three significant decimals, the largest unit that is not above the value. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < names.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(unit === 0 ? 0 : 3))} ${names[unit]}`;
}

/** `0.4s`, `30.1s`, `4m02s`, `1h03m`, `2d04h`: two units at most. */
export function formatDuration(milliseconds: number): string {
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)}s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${twoDigits(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)}d${twoDigits(hours % 24)}h`;
}

/** `7560112` → `7,560,112`, whatever the locale. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

function unitNames(factor: bigint, names: readonly string[]): (readonly [string, bigint])[] {
  return names.map((name) => [name, factor] as const);
}

function wholeSize(text: string): bigint {
  const found = /^(\d+)\s*([a-z]*)$/i.exec(text.trim());
  const unit = sizeUnits.get(found?.[2].toLowerCase() ?? '?');
  if (!found || unit === undefined) throw unreadable(text, 'a size', sizeForm);
  return BigInt(found[1]) * unit;
}

/** `whole.fraction` × `unit`, or null when that is not a whole number. */
function scaled(whole: string, fraction: string | undefined, unit: bigint): bigint | null {
  if (fraction === undefined) return BigInt(whole) * unit;
  const scale = 10n ** BigInt(fraction.length);
  const product = BigInt(whole + fraction) * unit;
  return product % scale === 0n ? product / scale : null;
}

function exactSize(text: string, bytes: bigint): number {
  if (bytes > MAX_EXACT) throw new UnreadableValueError(`"${text.trim()}" is more than 2^53 - 1 bytes`);
  return Number(bytes);
}

function unreadable(text: string, what: string, form: string): UnreadableValueError {
  return new UnreadableValueError(`"${text.trim()}" is not ${what}; write ${form}`);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
