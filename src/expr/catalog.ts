/**
 * The one list of every function and operator the expression language has. Adding a family is one import and one line;
 * `overload.ts` says what an entry is. Operators, CASE-like forms and casts are entries too.
 *
 * How SQL's special forms are named here: `EXTRACT(f FROM x)` is `extract('f', x)`; `SUBSTRING(x FROM a FOR b)` is
 * `substring(x, a, b)`; `TRIM(BOTH c FROM x)` is `btrim(x, c)` (`ltrim`, `rtrim`); `POSITION(a IN b)` is `position(b, a)`;
 * `x AT TIME ZONE z` is `timezone(z, x)`; `x LIKE p ESCAPE c` is `like(x, p, c)`, `ILIKE` is `ilike`; the operators
 * `~ ~* !~ !~* || -> ->> #> #>>` and date arithmetic `+ - *` go by their symbol. A cast is `define('cast', [from], to, …)`.
 */
import type { DataType } from '../columnar/data-type.js';
import { arithmeticFunctions } from './functions/arithmetic.js';
import { datetimeCasts } from './functions/cast-datetime.js';
import { jsonCasts } from './functions/cast-json.js';
import { numberCasts } from './functions/cast-numbers.js';
import { textCasts } from './functions/cast-text.js';
import { comparisonFunctions } from './functions/comparison.js';
import { conditionalFunctions } from './functions/conditional.js';
import { logicFunctions } from './functions/logic.js';
import { numericFunctions } from './functions/numeric-functions.js';
import { datetimeFunctions } from './functions/datetime-functions.js';
import { digestFunctions } from './functions/digest-functions.js';
import { jsonFunctions } from './functions/json-functions.js';
import { patternFunctions } from './functions/pattern-functions.js';
import { textFunctions } from './functions/text-functions.js';
import type { Overload } from './overload.js';
import { isExact } from './resolve-overload.js';

const families: readonly (readonly Overload[])[] = [
  logicFunctions,
  comparisonFunctions,
  arithmeticFunctions,
  numericFunctions,
  conditionalFunctions,
  textFunctions,
  patternFunctions,
  datetimeFunctions,
  jsonFunctions,
  digestFunctions,
  // Families with casts of their own stand before the general ones through text.
  datetimeCasts,
  jsonCasts,
  numberCasts,
  textCasts,
];

const byName: ReadonlyMap<string, readonly Overload[]> = groupByName(families.flat());

/**
 * The explicit cast between two types, or null. A cast is an overload `cast(from)` whose result says the target kind;
 * the first one that fits counts, so a family may stand before the general casts through text.
 */
export function castOverload(from: DataType, to: DataType): Overload | null {
  const fits = (cast: Overload): boolean => {
    const result = cast.result as DataType;
    return (
      isExact(cast.args[0]!, from) &&
      result.kind === to.kind &&
      (result.kind !== 'list' || to.kind !== 'list' || result.element.kind === to.element.kind)
    );
  };
  return overloadsOf('cast').find(fits) ?? null;
}

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
