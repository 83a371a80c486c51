/**
 * From a position in a scalar's text back to the file: through `${}`, escapes, folded lines and block indentation,
 * so that an error inside an expression is underlined where it was typed.
 *
 * The walk repeats YAML's rules for each style and checks itself: when what it read is not the scalar's text, the
 * whole scalar is the answer. A place is never wrong, at worst it is wide.
 */
import type { ErrorPlace } from '../errors/etl-error.js';
import type { SourceText } from './source-text.js';
import type { ScalarNode } from './yaml-tree.js';

/** The place of units `[start, end)` of the scalar's text. */
export function scalarPlace(source: SourceText, scalar: ScalarNode, start: number, end: number): ErrorPlace {
  const whole = source.place(scalar.start, scalar.end);
  const written = scalar.template?.text ?? scalar.text;
  const walk = walkScalar(source.text, scalar);
  if (walk.text !== written) return whole;
  const positions = [...walk.positions, walk.end];
  const origin = (unit: number): number => {
    const origins = scalar.template?.origins;
    if (origins === undefined) return unit;
    return unit < origins.length ? origins[unit] : written.length;
  };
  const from = positions[Math.min(origin(start), written.length)];
  // The end is the unit after the last one: in the file there may be an escape or a line end between the two.
  const last = end > start ? positions[Math.min(origin(end - 1), written.length)] : from;
  return source.place(from, Math.max(from, last) + 1);
}

interface Walk {
  readonly text: string;
  /** Offset in the file of each unit. */
  readonly positions: readonly number[];
  readonly end: number;
}

function walkScalar(file: string, scalar: ScalarNode): Walk {
  switch (scalar.style) {
    case 'plain':
      return walkFlow(file, scalar.start, scalar.end, () => null);
    case 'single':
      return walkFlow(file, scalar.start + 1, scalar.end - 1, (at) =>
        file.startsWith("''", at) ? { text: "'", length: 2 } : null,
      );
    case 'double':
      return walkFlow(file, scalar.start + 1, scalar.end - 1, (at) => doubleEscape(file, at));
    case 'literal':
    case 'folded':
      return walkBlock(file, scalar);
  }
}

interface Escape {
  readonly text: string;
  readonly length: number;
}

/** Flow scalars: a line end and the blanks around it are one space, `n` empty lines are `n` line feeds. */
function walkFlow(file: string, start: number, end: number, escapeAt: (at: number) => Escape | null): Walk {
  const text: string[] = [];
  const positions: number[] = [];
  const emit = (unit: string, at: number): void => {
    text.push(unit);
    positions.push(at);
  };
  let at = start;
  while (at < end) {
    const escape = escapeAt(at);
    if (escape !== null) {
      for (const unit of escape.text.split('')) emit(unit, at);
      at += escape.length;
      continue;
    }
    const breaks = lineBreaks(file, at, end);
    if (breaks === null) {
      emit(file[at], at);
      at++;
      continue;
    }
    if (breaks.count === 1) emit(' ', at);
    else for (let i = 1; i < breaks.count; i++) emit('\n', at);
    at = breaks.end;
  }
  return { text: text.join(''), positions, end };
}

/** Blanks that hold at least one line end, from `at` on. */
function lineBreaks(file: string, at: number, end: number): { count: number; end: number } | null {
  let count = 0;
  let stop = at;
  while (stop < end && ' \t\r\n'.includes(file[stop])) if (file[stop++] === '\n') count++;
  return count === 0 ? null : { count, end: stop };
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\', // prettier-ignore
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

function doubleEscape(file: string, at: number): Escape | null {
  if (file[at] !== '\\') return null;
  const letter = file[at + 1];
  if (letter === 'x' || letter === 'u' || letter === 'U') {
    const digits = { x: 2, u: 4, U: 8 }[letter];
    const point = Number.parseInt(file.slice(at + 2, at + 2 + digits), 16);
    return { text: point <= 0x10ffff ? String.fromCodePoint(point) : '', length: 2 + digits };
  }
  const lineEnd = /\\\r?\n[ \t]*/y;
  lineEnd.lastIndex = at;
  const joined = lineEnd.exec(file);
  if (joined !== null) return { text: '', length: joined[0].length };
  return { text: simpleEscapes[letter] ?? '', length: 2 };
}

/**
 * Block scalars: indentation off. A folded one joins two lines by a space, or by the line feeds of the empty lines between
 * them, unless one of the two is indented further. What stands behind the last line does not matter here.
 */
function walkBlock(file: string, scalar: ScalarNode): Walk {
  const text: string[] = [];
  const positions: number[] = [];
  const lines = blockLines(file, scalar);
  const emit = (unit: string, at: number): void => {
    text.push(unit);
    positions.push(at);
  };
  let previous: Line | null = null;
  let breaks = 0;
  for (const line of lines) {
    breaks++;
    if (line.from === line.to) continue; // an empty line
    const joins: boolean =
      scalar.style === 'folded' && previous !== null && !isDeeper(file, previous) && !isDeeper(file, line);
    const feeds = previous === null || joins ? breaks - 1 : breaks;
    if (joins && feeds === 0) emit(' ', previous!.to);
    for (let i = 0; i < feeds; i++) emit('\n', (previous ?? line).to);
    for (let at = line.from; at < line.to; at++) emit(file[at], at);
    previous = line;
    breaks = 0;
  }
  const { length } = scalar.template?.text ?? scalar.text;
  while (text.length < length) emit('\n', scalar.end);
  return { text: text.slice(0, length).join(''), positions: positions.slice(0, length), end: scalar.end };
}

/** A line of a block scalar without its indentation and its end. */
interface Line {
  readonly from: number;
  readonly to: number;
}

function isDeeper(file: string, line: Line): boolean {
  return file[line.from] === ' ' || file[line.from] === '\t';
}

function blockLines(file: string, scalar: ScalarNode): Line[] {
  const header = file.indexOf('\n', scalar.start);
  const lines: Line[] = [];
  for (let from = header + 1; header >= 0 && from < scalar.end;) {
    const feed = file.indexOf('\n', from);
    const to = feed < 0 ? file.length : feed;
    lines.push({ from, to: to > from && file[to - 1] === '\r' ? to - 1 : to });
    from = to + 1;
  }
  const given = /^[|>][+-]?([1-9])/.exec(file.slice(scalar.start, header));
  const first = lines.find(({ from, to }) => file.slice(from, to).trim() !== '');
  const indent = first === undefined ? 0 : /^ */.exec(file.slice(first.from, first.to))![0].length;
  // A given indentation counts from the parent's, which is not known here: the text check decides whether this guess was right.
  const deepest =
    given === null
      ? indent
      : Math.min(
          indent,
          ...lines
            .filter(({ from, to }) => from < to)
            .map(({ from, to }) => /^ */.exec(file.slice(from, to))![0].length),
        );
  return lines.map(({ from, to }) => ({ from: Math.min(from + deepest, to), to }));
}
