/**
 * The one list of every function and operator the expression language has. Adding a family is one import and one line;
 * `overload.ts` says what an entry is. Operators, CASE-like forms and casts are entries too.
 *
 * How SQL's special forms are named here: `EXTRACT(f FROM x)` is `extract('f', x)`; `SUBSTRING(x FROM a FOR b)` is
 * `substring(x, a, b)`; `TRIM(BOTH c FROM x)` is `btrim(x, c)` (`ltrim`, `rtrim`); `POSITION(a IN b)` is `position(b, a)`;
 * `x AT TIME ZONE z` is `timezone(z, x)`; `x LIKE p ESCAPE c` is `like(x, p, c)`, `ILIKE` is `ilike`; the operators
 * `~ ~* !~ !~* || -> ->> #> #>>` and date arithmetic `+ - *` go by their symbol.
 */
import type { Overload } from './overload.js';

const families: readonly (readonly Overload[])[] = [];

const byName: ReadonlyMap<string, readonly Overload[]> = groupByName(families.flat());

/** The overloads of a name, none if the language does not have it. */
export function overloadsOf(name: string): readonly Overload[] {
  return byName.get(name) ?? [];
}

export function functionNames(): readonly string[] {
  return [...byName.keys()];
}

function groupByName(overloads: readonly Overload[]): Map<string, Overload[]> {
  const groups = new Map<string, Overload[]>();
  for (const overload of overloads) {
    const group = groups.get(overload.name);
    if (group === undefined) groups.set(overload.name, [overload]);
    else group.push(overload);
  }
  return groups;
}
