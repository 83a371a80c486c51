/** Every function and operator of the language with its signatures, for `etl help functions`: what the catalog says, as text. */
import { typeName, type DataType } from '../columnar/data-type.js';
import { functionNames, overloadsOf } from './catalog.js';
import type { ArgKind, Overload } from './overload.js';

export interface FunctionEntry {
  readonly name: string;
  readonly form: 'function' | 'operator' | 'cast';
  /** `left(text, integer) → text`, `date + integer → date`, `CAST(text AS date)`. */
  readonly signatures: readonly string[];
  /** Signatures of PostgreSQL that etl does not compute, with what to do instead. */
  readonly refused: readonly { readonly signature: string; readonly advice: string }[];
}

/** Forms that the grammar has of its own, and that take values of any one type. */
const forms: Readonly<Record<string, string>> = {
  and: 'boolean AND boolean → boolean',
  or: 'boolean OR boolean → boolean',
  not: 'NOT boolean → boolean',
  'is null': 'x IS NULL → boolean',
  'is not null': 'x IS NOT NULL → boolean',
  'is true': 'boolean IS TRUE → boolean',
  'is not true': 'boolean IS NOT TRUE → boolean',
  'is false': 'boolean IS FALSE → boolean',
  'is not false': 'boolean IS NOT FALSE → boolean',
  'is distinct from': 'x IS DISTINCT FROM x → boolean',
  'is not distinct from': 'x IS NOT DISTINCT FROM x → boolean',
  in: 'x IN (x, …) → boolean',
  'cast digits': 'CAST(timestamp AS timestamp(n)) · CAST(timestamptz AS timestamptz(n)) · CAST(time AS time(n))',
  like: 'text LIKE text [ESCAPE text] → boolean',
  ilike: 'text ILIKE text [ESCAPE text] → boolean',
  coalesce: 'coalesce(x, …) → x',
  greatest: 'greatest(x, …) → x',
  least: 'least(x, …) → x',
  nullif: 'nullif(x, x) → x',
};

/** In the order of the catalog. */
export function functionList(): readonly FunctionEntry[] {
  return functionNames().map((name): FunctionEntry => {
    const form = forms[name];
    if (form !== undefined)
      return {
        name,
        form: name === 'cast digits' ? 'cast' : form.includes(`${name}(`) ? 'function' : 'operator',
        signatures: [form],
        refused: [],
      };
    const overloads = overloadsOf(name);
    return {
      name,
      form: name === 'cast' ? 'cast' : /^[a-z]/.test(name) ? 'function' : 'operator',
      signatures: [...new Set(overloads.filter(({ refused }) => refused === undefined).map(signature))],
      refused: overloads.flatMap((overload) =>
        overload.refused === undefined ? [] : [{ signature: signature(overload), advice: overload.refused }],
      ),
    };
  });
}

function signature(overload: Overload): string {
  const { name } = overload;
  const args = overload.args.map(argumentName);
  const result = resultName(overload);
  if (name === 'cast') return `CAST(${args[0]} AS ${result})`;
  if (overload.variadic !== undefined) args.push(`${argumentName(overload.variadic)}, …`);
  if (/^[a-z]/.test(name)) return `${name}(${args.join(', ')}) → ${result}`;
  return `${args.length === 1 ? `${name} ${args[0]}` : `${args[0]} ${name} ${args[1]}`} → ${result}`;
}

function argumentName(kind: ArgKind): string {
  if (kind === 'any' || kind === 'text[]') return kind;
  return kind === 'list' ? 'array' : typeName({ kind } as DataType);
}

/** A rule is asked with the declared types and a field that dates, times and intervals have alike where one is wanted. */
function resultName({ name, args, result }: Overload): string {
  if (typeof result !== 'function') return result.kind === 'decimal' ? 'numeric' : typeName(result);
  const types = args.map(
    (kind): DataType => ({ kind: kind === 'any' || kind === 'text[]' || kind === 'list' ? 'text' : kind }) as DataType,
  );
  const asked =
    types.length === 0 ? [{ kind: 'text' } as const, { kind: 'text' } as const] : [...types, { kind: 'text' } as const];
  const field = args[1] === 'time' ? 'hour' : 'day';
  const { kind } = result({ name, types: asked, constants: asked.map(() => field) });
  return kind === 'decimal' ? 'numeric' : typeName({ kind } as DataType);
}
