/**
 * Finds `:name` in a user's SQL, where it is a parameter: not in strings, quoted names or comments, not in a `::` cast.
 *
 *     a = :since AND b::date = ':x' -- :y        →  one parameter, since
 */
export interface ParameterPlace {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const skipped = [
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/y,
  /'(?:[^']|'')*(?:'|$)/y,
  /"(?:[^"]|"")*(?:"|$)/y,
  /--[^\n]*/y,
  /::/y,
  /:=/y,
  // Words whole, so that the e of `name'x'` begins no escape string and the $ of `a$b$` no dollar quote.
  /[\p{L}_][\p{L}\p{N}_$]*/uy,
];
const parameter = /:([A-Za-z_][A-Za-z0-9_]*)/y;
const dollarQuote = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

export function findParameters(sql: string): ParameterPlace[] {
  const found: ParameterPlace[] = [];
  let at = 0;
  while (at < sql.length) {
    const next = skipFrom(sql, at);
    if (next > at) {
      at = next;
      continue;
    }
    parameter.lastIndex = at;
    const match = parameter.exec(sql);
    if (match !== null) found.push({ name: match[1], start: at, end: (at += match[0].length) });
    else at++;
  }
  return found;
}

function skipFrom(sql: string, at: number): number {
  if (sql.startsWith('/*', at)) return endOfComment(sql, at);
  dollarQuote.lastIndex = at;
  const tag = dollarQuote.exec(sql)?.[0];
  if (tag !== undefined) {
    const close = sql.indexOf(tag, at + tag.length);
    return close === -1 ? sql.length : close + tag.length;
  }
  for (const pattern of skipped) {
    pattern.lastIndex = at;
    const match = pattern.exec(sql);
    if (match !== null) return at + match[0].length;
  }
  return at;
}

/** PostgreSQL's comments nest. */
function endOfComment(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) {
      depth++;
      at++;
    } else if (sql.startsWith('*/', at)) {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    }
  }
  return sql.length;
}

/** The SQL with each parameter replaced by what `value` gives for its name. */
export function replaceParameters(sql: string, value: (name: string) => string): string {
  let text = '';
  let at = 0;
  for (const { name, start, end } of findParameters(sql)) {
    text += sql.slice(at, start) + value(name);
    at = end;
  }
  return text + sql.slice(at);
}
