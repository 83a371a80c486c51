/**
 * Which overload a call means: PostgreSQL's func_select_candidate (parse_func.c) over our catalog.
 *
 * Exact types first; then candidates that implicit casts reach, by most exact matches, by preferred types where a cast is
 * needed, by what the untyped literals (type null here) can be: text if a candidate takes it, else the known types' kind.
 */
import type { DataType, Kind } from '../columnar/data-type.js';
import type { ArgKind, Overload } from './overload.js';
import { castsImplicitly, categoryOf, isPreferred, pgKind, type Category } from './type-rules.js';

export type Resolution =
  | { readonly kind: 'found'; readonly overload: Overload }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Overload[] };

/** The declared type of argument `index`. */
export function argKindAt(overload: Overload, index: number): ArgKind {
  return overload.args[index] ?? overload.variadic!;
}

export function takesCount(overload: Overload, count: number): boolean {
  return overload.variadic === undefined ? overload.args.length === count : count >= overload.args.length;
}

export function resolveOverload(overloads: readonly Overload[], types: readonly (DataType | null)[]): Resolution {
  const fitting = overloads.filter((overload) => takesCount(overload, types.length));
  const exact = fitting.find((overload) =>
    types.every((type, i) => type !== null && isExact(argKindAt(overload, i), type)),
  );
  if (exact !== undefined) return { kind: 'found', overload: exact };
  const sameAssumed = assumeSameType(fitting, types);
  if (sameAssumed !== undefined) return { kind: 'found', overload: sameAssumed };
  let candidates = fitting.filter((overload) =>
    types.every((type, i) => type === null || accepts(argKindAt(overload, i), type)),
  );
  if (candidates.length === 0) return { kind: 'none' };
  candidates = best(candidates, (overload) =>
    count(types, (type, i) => type !== null && isExact(argKindAt(overload, i), type)),
  );
  candidates = best(candidates, (overload) =>
    count(types, (type, i) => type !== null && isExactOrPreferred(argKindAt(overload, i), type)),
  );
  if (candidates.length > 1) candidates = byUnknowns(candidates, types);
  if (candidates.length > 1) candidates = byLastResort(candidates, types);
  return candidates.length === 1 ? { kind: 'found', overload: candidates[0]! } : { kind: 'ambiguous', candidates };
}

export function isExact(arg: ArgKind, type: DataType): boolean {
  if (arg === 'text[]') return type.kind === 'list' && type.element.kind === 'text';
  return arg === pgKind(type.kind) || arg === 'any';
}

function accepts(arg: ArgKind, type: DataType): boolean {
  if (arg === 'any') return true;
  if (arg === 'text[]' || arg === 'list') return isExact(arg, type);
  return castsImplicitly(type.kind, arg);
}

function isExactOrPreferred(arg: ArgKind, type: DataType): boolean {
  if (isExact(arg, type)) return true;
  return arg !== 'any' && arg !== 'text[]' && categoryOf(arg) === categoryOf(type.kind) && isPreferred(arg);
}

/** A binary operator with one untyped literal: taken to be of the other side's type, if that overload exists. */
function assumeSameType(fitting: readonly Overload[], types: readonly (DataType | null)[]): Overload | undefined {
  if (types.length !== 2 || (types[0] === null) === (types[1] === null)) return undefined;
  const known = (types[0] ?? types[1])!;
  return fitting.find(
    (overload) =>
      isOperatorName(overload.name) && isExact(argKindAt(overload, 0), known) && isExact(argKindAt(overload, 1), known),
  );
}

function isOperatorName(name: string): boolean {
  return !/^[a-z]/.test(name);
}

function byUnknowns(candidates: Overload[], types: readonly (DataType | null)[]): Overload[] {
  let left = candidates;
  for (let i = 0; i < types.length; i++) {
    if (types[i] !== null) continue;
    const kinds = left.map((overload) => argKindAt(overload, i));
    const category = unknownCategory(kinds);
    if (category === null) return candidates;
    const fits = left.filter((overload) => argCategory(argKindAt(overload, i)) === category);
    const preferred = fits.filter((overload) => isPreferred(argKindAt(overload, i) as Kind));
    left = preferred.length > 0 ? preferred : fits;
  }
  return left.length > 0 ? left : candidates;
}

function unknownCategory(kinds: readonly ArgKind[]): Category | null {
  const found = new Set(kinds.map(argCategory));
  if (found.has('string')) return 'string';
  return found.size === 1 ? [...found][0]! : null;
}

function argCategory(arg: ArgKind): Category {
  if (arg === 'text[]') return 'array';
  return arg === 'any' ? 'string' : categoryOf(arg);
}

/** All known arguments of one type: the untyped ones are taken to be of it too. */
function byLastResort(candidates: Overload[], types: readonly (DataType | null)[]): Overload[] {
  const known = types.filter((type) => type !== null);
  const first = known[0];
  if (
    first === undefined ||
    known.length === types.length ||
    known.some((type) => pgKind(type.kind) !== pgKind(first.kind))
  )
    return candidates;
  const fits = candidates.filter((overload) => types.every((_, i) => accepts(argKindAt(overload, i), first)));
  return fits.length === 1 ? fits : candidates;
}

function best(candidates: Overload[], score: (overload: Overload) => number): Overload[] {
  const scores = candidates.map(score);
  const top = Math.max(...scores);
  return candidates.filter((_, i) => scores[i] === top);
}

function count(types: readonly (DataType | null)[], test: (type: DataType | null, index: number) => boolean): number {
  return types.reduce((sum, type, i) => sum + (test(type, i) ? 1 : 0), 0);
}
