/**
 * Expression text → tokens, by PostgreSQL's lexical rules: folding of unquoted names, quoted names, '…' and E'…' strings,
 * $$…$$ strings, numbers, the longest operator with its rule for a trailing + or -, comments. `:name` is a parameter, `::` an operator.
 */
import { syntaxError } from './expression-error.js';

export interface Token {
  readonly kind: 'name' | 'quoted' | 'number' | 'string' | 'param' | 'operator' | 'end';
  /** Folded name, unescaped string, digits, or the operator itself. */
  readonly text: string;
  readonly offset: number;
  readonly length: number;
}

export const MAX_TEXT_LENGTH = 65_536;

const spaces = /[ \t\n\r\f\v]+/y;
const lineComment = /--[^\n\r]*/y;
const nameStart = /[A-Za-z_\u0080-\uffff]/;
const name = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const operatorChars = /[-+*/<>=~!@#%^&|`?]+/y;
const singles = '()[],.;{}';

export function lex(text: string): Token[] {
  if (text.length > MAX_TEXT_LENGTH)
    throw syntaxError(`the expression has ${text.length} characters, more than ${MAX_TEXT_LENGTH}`, {
      offset: 0,
      length: 1,
    });
  const tokens: Token[] = [];
  let at = skipBlank(text, 0);
  while (at < text.length) {
    const token = nextToken(text, at);
    tokens.push(token);
    at = skipBlank(text, token.offset + token.length);
  }
  tokens.push({ kind: 'end', text: 'end of the expression', offset: text.length, length: 0 });
  return tokens;
}

function nextToken(text: string, at: number): Token {
  const char = text[at]!;
  const next = text[at + 1] ?? '';
  if (char === "'") return plainString(text, at);
  if (char === '"') return quotedName(text, at);
  if ((char === 'e' || char === 'E') && next === "'") return escapeString(text, at);
  if (next === "'" && 'bBxXnN'.includes(char))
    throw syntaxError(
      `${char}'…' literals are not supported`,
      { offset: at, length: 2 },
      "use a plain '…' string and a cast",
    );
  if ((char === 'u' || char === 'U') && next === '&' && `'"`.includes(text[at + 2] ?? ' '))
    throw syntaxError('U&… literals are not supported', { offset: at, length: 3 }, "write E'\\uXXXX'");
  if (char === '$') return dollarString(text, at);
  if (nameStart.test(char)) {
    const word = match(name, text, at);
    return { kind: 'name', text: fold(word), offset: at, length: word.length };
  }
  if (isDigit(char) || (char === '.' && isDigit(next))) return numberToken(text, at);
  if (char === ':') return colonToken(text, at);
  if (singles.includes(char)) return { kind: 'operator', text: char, offset: at, length: 1 };
  const operator = operatorAt(text, at);
  if (operator === '')
    throw syntaxError(`unexpected character ${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))}`, {
      offset: at,
      length: 1,
    });
  return { kind: 'operator', text: operator, offset: at, length: operator.length };
}

/** PostgreSQL folds ASCII letters only. */
function fold(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function numberToken(text: string, at: number): Token {
  const digits = match(number, text, at);
  const end = at + digits.length;
  if (nameStart.test(text[end] ?? ' '))
    throw syntaxError(`a number is followed by letters: "${digits}${match(name, text, end)}"`, {
      offset: at,
      length: digits.length + 1,
    });
  return { kind: 'number', text: digits, offset: at, length: digits.length };
}

function colonToken(text: string, at: number): Token {
  if (text[at + 1] === ':') return { kind: 'operator', text: '::', offset: at, length: 2 };
  const word = nameStart.test(text[at + 1] ?? ' ') ? match(name, text, at + 1) : '';
  if (word === '')
    throw syntaxError(
      '":" must be followed by the name of a parameter',
      { offset: at, length: 1 },
      'write :name, or :: for a cast',
    );
  return { kind: 'param', text: word, offset: at, length: word.length + 1 };
}

/** The longest run of operator characters, cut before a comment; a trailing + or - belongs to it only beside one of ~!@#%^&|`?. */
function operatorAt(text: string, at: number): string {
  let run = match(operatorChars, text, at);
  for (const comment of ['--', '/*']) {
    const from = run.indexOf(comment);
    if (from > 0) run = run.slice(0, from);
  }
  while (run.length > 1 && /[-+]$/.test(run) && !/[~!@#%^&|`?]/.test(run)) run = run.slice(0, -1);
  return run;
}

function plainString(text: string, at: number): Token {
  let value = '';
  let from = at + 1;
  for (;;) {
    const end = text.indexOf("'", from);
    if (end < 0)
      throw syntaxError(
        'the string has no closing quote',
        { offset: at, length: text.length - at },
        "close it with '; a quote inside is written ''",
      );
    value += text.slice(from, end);
    from = continued(text, end + 1);
    if (text[end + 1] === "'") {
      value += "'";
      from = end + 2;
    } else if (from < 0) return { kind: 'string', text: checkChars(value, at), offset: at, length: end + 1 - at };
  }
}

const continuation = /[ \t\f\v]*[\n\r][ \t\n\r\f\v]*'/y;

/** A string goes on in another one behind a line end: the offset of what is in it, or -1. */
function continued(text: string, at: number): number {
  const between = match(continuation, text, at);
  return between === '' ? -1 : at + between.length;
}

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;

/** `$$it's$$`, `$tag$…$tag$`: nothing inside is an escape. */
function dollarString(text: string, at: number): Token {
  const tag = match(dollarTag, text, at);
  if (tag === '')
    throw syntaxError(
      '"$" is not part of an expression',
      { offset: at, length: 1 },
      "parameters are written :name, strings '…' or $$…$$",
    );
  const end = text.indexOf(tag, at + tag.length);
  if (end < 0)
    throw syntaxError(
      'the string has no closing quote',
      { offset: at, length: text.length - at },
      `close it with ${tag}`,
    );
  return {
    kind: 'string',
    text: checkChars(text.slice(at + tag.length, end), at),
    offset: at,
    length: end + tag.length - at,
  };
}

function quotedName(text: string, at: number): Token {
  let value = '';
  let from = at + 1;
  for (;;) {
    const end = text.indexOf('"', from);
    if (end < 0)
      throw syntaxError(
        'the quoted name has no closing quote',
        { offset: at, length: text.length - at },
        'close it with "',
      );
    value += text.slice(from, end);
    if (text[end + 1] !== '"') {
      if (value === '') throw syntaxError('a quoted name must not be empty', { offset: at, length: 2 });
      return { kind: 'quoted', text: checkChars(value, at), offset: at, length: end + 1 - at };
    }
    value += '"';
    from = end + 2;
  }
}

const simpleEscapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function escapeString(text: string, at: number): Token {
  let value = '';
  let i = at + 2;
  for (;;) {
    const char = text[i];
    if (char === undefined)
      throw syntaxError(
        'the string has no closing quote',
        { offset: at, length: text.length - at },
        "close it with '; a quote inside is written ''",
      );
    if (char === "'") {
      if (text[i + 1] !== "'") return { kind: 'string', text: checkChars(value, at), offset: at, length: i + 1 - at };
      value += "'";
      i += 2;
    } else if (char === '\\') {
      const [decoded, length] = escapeAt(text, i);
      value += decoded;
      i += length;
    } else {
      value += char;
      i++;
    }
  }
}

const hexEscape = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{1,2}))/y;
const octalEscape = /\\([0-7]{1,3})/y;

function escapeAt(text: string, at: number): [string, number] {
  hexEscape.lastIndex = at;
  octalEscape.lastIndex = at;
  const hex = hexEscape.exec(text);
  const octal = hex === null ? octalEscape.exec(text) : null;
  if (hex !== null || octal !== null) {
    const source = (hex ?? octal!)[0];
    const code = hex !== null ? parseInt((hex[1] ?? hex[2] ?? hex[3])!, 16) : parseInt(octal![1]!, 8) & 0xff;
    const isByte = hex === null || hex[3] !== undefined;
    if (code > 0x10ffff || (isByte && code > 0x7f))
      throw syntaxError(
        `the escape ${source} is not a Unicode character`,
        { offset: at, length: source.length },
        'write \\uXXXX',
      );
    return [String.fromCodePoint(code), source.length];
  }
  const char = text[at + 1] ?? '';
  if (char === 'u' || char === 'U')
    throw syntaxError('a Unicode escape needs four (\\uXXXX) or eight (\\UXXXXXXXX) hexadecimal digits', {
      offset: at,
      length: 2,
    });
  return [simpleEscapes[char] ?? char, 2];
}

function checkChars(value: string, at: number): string {
  if (value.includes('\0')) throw syntaxError('text must not contain the character U+0000', { offset: at, length: 1 });
  if (/\p{Surrogate}/u.test(value))
    throw syntaxError('text contains half of a surrogate pair', { offset: at, length: 1 });
  return value;
}

function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    const before = at;
    at += match(spaces, text, at).length;
    at += match(lineComment, text, at).length;
    if (text.startsWith('/*', at)) at = skipBlockComment(text, at);
    if (at === before) return at;
  }
}

/** Comments nest, as in SQL. */
function skipBlockComment(text: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  let depth = 0;
  for (let found = edge.exec(text); found !== null; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  throw syntaxError('the comment is not closed', { offset: from, length: 2 }, 'close it with */');
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9' && char.length === 1;
}
