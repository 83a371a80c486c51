/**
 * What a setting is: how its text is read, what it is when nobody sets it, and what a user must know of it.
 *
 * `Value` is JSON-safe: a size is a number of bytes, a duration a number of milliseconds. A default of null means "not
 * set", which some settings tell from every value.
 */
import {
  formatCount,
  parseCount,
  parseDuration,
  parseFlinkSize,
  parseRatio,
  parseSize,
  parseSizeBound,
  UnreadableValueError,
} from './units.js';

export type SettingType = 'size' | 'duration' | 'count' | 'ratio' | 'flag' | 'choice' | 'string' | 'list';

export interface Setting<Value = unknown> {
  readonly type: SettingType;
  /** In the form a user would write; null: not set. */
  readonly defaultText: string | null;
  /** Meaning first, then unit and consequence; one or more sentences. */
  readonly doc: string;
  /** Older names of the same setting, still accepted. */
  readonly aliases: readonly string[];
  /** The accepted words of a choice, for messages and documentation. */
  readonly choices: readonly string[];
  readonly parse: (text: string) => Value;
}

interface Extra {
  readonly aliases?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}

/** A memory key: Flink's size syntax. */
export function memorySize(defaultText: string, doc: string, extra: Extra = {}): Setting<number> {
  return setting('size', defaultText, doc, parseFlinkSize, extra);
}

/** A memory key that may stay unset. */
export function optionalMemorySize(doc: string, extra: Extra = {}): Setting<number | null> {
  return setting<number | null>('size', null, doc, parseFlinkSize, extra);
}

/** The upper end of a memory range. */
export function memoryBound(defaultText: string, doc: string, extra: Extra = {}): Setting<number> {
  return setting('size', defaultText, doc, parseSizeBound, extra);
}

export function size(defaultText: string, doc: string, extra: Extra = {}): Setting<number> {
  return setting('size', defaultText, doc, atLeast(parseSize, extra.min ?? 1), extra);
}

export function optionalSize(doc: string, extra: Extra = {}): Setting<number | null> {
  return setting<number | null>('size', null, doc, parseSize, extra);
}

export function duration(defaultText: string, doc: string, extra: Extra = {}): Setting<number> {
  return setting('duration', defaultText, doc, atLeast(parseDuration, extra.min ?? 1), extra);
}

export function count(defaultText: string, doc: string, extra: Extra = {}): Setting<number> {
  return setting('count', defaultText, doc, atMost(atLeast(parseCount, extra.min ?? 1), extra.max ?? Infinity), extra);
}

/** A count, or the word `auto`. */
export function countOrAuto(doc: string, extra: Extra = {}): Setting<number | 'auto'> {
  const parse = (text: string): number | 'auto' => {
    if (text.trim().toLowerCase() === 'auto') return 'auto';
    return atLeast(parseCount, extra.min ?? 1)(text);
  };
  return { ...setting('count', 'auto', doc, parse, extra), choices: ['auto'] };
}

export function ratio(defaultText: string, doc: string, extra: Extra = {}): Setting<number> {
  return setting('ratio', defaultText, doc, parseRatio, extra);
}

/** true or false. */
export function flag(defaultText: 'true' | 'false', doc: string, extra: Extra = {}): Setting<boolean> {
  const parse = (text: string): boolean => {
    const word = text.trim().toLowerCase();
    if (word !== 'true' && word !== 'false')
      throw new UnreadableValueError(`"${text}" is none of its words; write true or false`);
    return word === 'true';
  };
  return { ...setting('flag', defaultText, doc, parse, extra), choices: ['true', 'false'] };
}

export function choice<const Word extends string>(
  choices: readonly Word[],
  defaultText: NoInfer<Word>,
  doc: string,
  extra: Extra = {},
): Setting<Word> {
  const parse = (text: string): Word => {
    const found = choices.find((word) => word === text.trim().toLowerCase());
    if (found === undefined)
      throw new UnreadableValueError(`"${text}" is none of its words; write ${choices.join(' or ')}`);
    return found;
  };
  return { ...setting('choice', defaultText, doc, parse, extra), choices };
}

export function optionalString(doc: string, extra: Extra = {}): Setting<string | null> {
  return setting<string | null>('string', null, doc, nonEmpty, extra);
}

/** Several values separated by commas. */
export function list(defaultText: string | null, doc: string, extra: Extra = {}): Setting<readonly string[]> {
  return setting<readonly string[]>('list', defaultText, doc, (text) => text.split(',').map(nonEmpty), extra);
}

/** The value when nobody sets it. */
export function defaultValue<Value>(of: Setting<Value>): Value {
  if (of.defaultText !== null) return of.parse(of.defaultText);
  return (of.type === 'list' ? [] : null) as Value;
}

function setting<Value>(
  type: SettingType,
  defaultText: string | null,
  doc: string,
  parse: (text: string) => Value,
  extra: Extra,
): Setting<Value> {
  return { type, defaultText, doc, parse, aliases: extra.aliases ?? [], choices: [] };
}

function atLeast(parse: (text: string) => number, min: number): (text: string) => number {
  return (text) => {
    const value = parse(text);
    if (value < min)
      throw new UnreadableValueError(`"${text.trim()}" is too small; it must be at least ${formatCount(min)}`);
    return value;
  };
}

function atMost(parse: (text: string) => number, max: number): (text: string) => number {
  return (text) => {
    const value = parse(text);
    if (value > max)
      throw new UnreadableValueError(`"${text.trim()}" is too large; it must be at most ${formatCount(max)}`);
    return value;
  };
}

function nonEmpty(text: string): string {
  if (text.trim() === '') throw new UnreadableValueError('the value is empty');
  return text.trim();
}
