/**
 * A part of memory that is a fraction of another, held between a minimum and a maximum (Flink's `RangeFraction`).
 *
 * Exact to the byte as in Flink: a fraction is a 32-bit float widened to a double, its shortest decimal form is multiplied
 * with the bytes, and the product is cut off towards zero.
 */
import { EtlError } from '../errors/etl-error.js';
import type { SettingKey, Settings } from './settings.js';
import { formatBytes } from './units.js';

export interface MemoryRange {
  /** `network memory`, for messages. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly fraction: number;
}

/** The keys `<prefix>.min`, `.max` and `.fraction`; for managed memory, which has no bounds, only the fraction. */
export function memoryRange(
  settings: Settings,
  name: string,
  prefix: 'taskmanager.memory.network' | 'taskmanager.memory.jvm-overhead' | 'jobmanager.memory.jvm-overhead',
): MemoryRange {
  const [min, max, fraction] = [settings[`${prefix}.min`], settings[`${prefix}.max`], settings[`${prefix}.fraction`]];
  return checkRange({ name, min, max, fraction: Math.fround(fraction) }, `${prefix}.fraction`);
}

export function unboundedRange(name: string, fractionKey: SettingKey, fraction: number): MemoryRange {
  return checkRange({ name, min: 0, max: Number.MAX_SAFE_INTEGER, fraction: Math.fround(fraction) }, fractionKey);
}

/** The part's share of `base`; `notes` hears of a bound that took effect. */
export function fractionOf(range: MemoryRange, base: number, notes: string[]): number {
  return clamp(range, multiply(base, range.fraction), notes);
}

/** What the part is when all the rest is `rest`: rest × f / (1 - f). */
export function inverseFractionOf(range: MemoryRange, rest: number, notes: string[]): number {
  return clamp(range, multiply(rest, range.fraction / (1 - range.fraction)), notes);
}

export function isInRange(range: MemoryRange, bytes: number): boolean {
  return bytes >= range.min && bytes <= range.max;
}

/** floor(bytes × factor), in exact decimal arithmetic on the shortest decimal form of `factor`. */
export function multiply(bytes: number, factor: number): number {
  const [, whole, fraction = '', exponent = '0'] = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(factor))!;
  const scale = fraction.length - Number(exponent);
  const product = BigInt(bytes) * BigInt(whole + fraction);
  return Number(scale >= 0 ? product / 10n ** BigInt(scale) : product * 10n ** BigInt(-scale));
}

function checkRange(range: MemoryRange, fractionKey: string): MemoryRange {
  const { min, max, fraction } = range;
  if (min <= max && fraction >= 0 && fraction < 1) return range;
  const shown = Number(fraction.toPrecision(7));
  throw new EtlError(
    'ETL-1021',
    `inconsistent range of ${range.name}: ${fractionKey} is ${shown}, min ${formatBytes(min)} (${min} bytes), max ${formatBytes(max)} (${max} bytes)`,
    {
      hint:
        min > max
          ? `make ${fractionKey.replace(/fraction$/, 'min')} no larger than its max`
          : `set ${fractionKey} to at least 0 and less than 1`,
    },
  );
}

function clamp(range: MemoryRange, bytes: number, notes: string[]): number {
  const held = bytes > range.max ? range.max : bytes < range.min ? range.min : bytes;
  if (held !== bytes)
    notes.push(
      `${range.name}: its fraction would be ${formatBytes(bytes)}, held at its ${held === range.max ? 'maximum' : 'minimum'} ${formatBytes(held)}`,
    );
  return held;
}
