/**
 * Where the value of a decimal text ends and its display scale begins: `1.50` and `1.5` are one number.
 *
 * The text is PostgreSQL's own form (numeric-text.ts): no exponent, no leading zeros, no `-0`. Cutting the zeros that end
 * the fraction makes equal numbers equal bytes.
 */

/** The end of the number at `data[start, end)` without the zeros that end its fraction. */
export function numericEnd(data: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (data[at] === 46) return trimmedFraction(data, at, end);
  return end;
}

/** `data[dot, end)` is a point and digits: its end without the last zeros, and without the point when nothing is left. */
export function trimmedFraction(data: Uint8Array, dot: number, end: number): number {
  let at = end;
  while (data[at - 1] === 48) at--;
  return at === dot + 1 ? dot : at;
}

/** The offset behind the digits that follow the point at `dot`. */
export function fractionEnd(data: Uint8Array, dot: number, end: number): number {
  let at = dot + 1;
  while (at < end && data[at] >= 48 && data[at] <= 57) at++;
  return at;
}
