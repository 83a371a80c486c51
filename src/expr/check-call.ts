/**
 * One call with checked arguments → a typed call: SQL's own forms by their rules, everything else by overload resolution.
 */
import { typeName, type DataType } from '../columnar/data-type.js';
import { ValueError } from '../columnar/row-errors.js';
import { didYouMean } from '../errors/did-you-mean.js';
import { aggregateNameList } from './aggregates/aggregate-catalog.js';
import { boundCall } from './bound-call.js';
import { functionNames, overloadsOf } from './catalog.js';
import { asDecimal, coerce, implicitCast, requireBoolean, typeOf, type Checked } from './coerce.js';
import { typeError, unknownFunction } from './expression-error.js';
import { RefusedCall } from './functions/refused-call.js';
import { substituteFor } from './function-substitutes.js';
import type { CallExpr, Overload } from './overload.js';
import { argKindAt, resolveOverload } from './resolve-overload.js';
import type { SyntaxNode } from './syntax-tree.js';
import { pgKind } from './type-rules.js';
import type { TypedExpr } from './typed-expr.js';
import { unifyBranches } from './unify.js';

type CallNode = Extract<SyntaxNode, { kind: 'call' }>;

const boolean: DataType = { kind: 'boolean' };

export function checkCall(node: CallNode, args: readonly Checked[]): Checked {
  return { expr: callOf(node, args), untyped: false, at: node.at };
}

function callOf(node: CallNode, args: readonly Checked[]): TypedExpr {
  const { name } = node;
  switch (name) {
    case 'and':
    case 'or':
    case 'not':
      return call(
        name,
        args.map((arg) => requireBoolean(arg, `an operand of ${name.toUpperCase()}`)),
        boolean,
      );
    case 'is true':
    case 'is not true':
    case 'is false':
    case 'is not false':
      return call(
        name,
        args.map((arg) => requireBoolean(arg, `the operand of ${name.toUpperCase()}`)),
        boolean,
      );
    case 'is unknown':
      return call(
        'is null',
        args.map((arg) => requireBoolean(arg, 'the operand of IS UNKNOWN')),
        boolean,
      );
    case 'is not unknown':
      return call(
        'is not null',
        args.map((arg) => requireBoolean(arg, 'the operand of IS NOT UNKNOWN')),
        boolean,
      );
    case 'is null':
    case 'is not null':
      return call(
        name,
        args.map((arg) => arg.expr),
        boolean,
      );
    case 'is distinct from':
    case 'is not distinct from':
      return call(name, operands(node, '=', args), boolean);
    case 'in':
      return member(node, args);
    case 'between':
      return between(node, args);
    case 'between symmetric':
      return call('or', [between(node, args), between(node, [args[0]!, args[2]!, args[1]!])], boolean);
    case 'coalesce':
    case 'greatest':
    case 'least':
      return unified(node, args);
    case 'nullif':
      return nullif(node, args);
    default:
      return resolved(node, name, args);
  }
}

function call(name: string, args: readonly TypedExpr[], type: DataType): CallExpr {
  return { kind: 'call', name, args, type };
}

function resolved(node: CallNode, name: string, args: readonly Checked[]): CallExpr {
  const overload = findOverload(node, name, args);
  try {
    const call = finishCall(name, overload, coerceArgs(overload, args));
    if (overload.kernel.kind === 'run') overload.kernel.bind(boundCall(name, call.args));
    return call;
  } catch (error) {
    if (error instanceof RefusedCall) throw typeError(error.message, node.at, error.hint);
    if (error instanceof ValueError) throw typeError(error.message, node.at);
    throw error;
  }
}

/** The operands as operator `name` would see them. */
function operands(node: CallNode, name: string, args: readonly Checked[]): readonly TypedExpr[] {
  return resolved(node, name, args).args;
}

function coerceArgs(overload: Overload, args: readonly Checked[]): TypedExpr[] {
  const exprs = args.map((arg, i) => {
    const kind = argKindAt(overload, i);
    if (kind === 'any' || kind === 'list') return arg.expr;
    if (kind === 'text[]') return coerce(arg, { kind: 'list', element: { kind: 'text' } });
    if (pgKind(arg.expr.type.kind) === kind && !arg.untyped) return arg.expr;
    if (kind === 'numeric' && overload.decimals === true && !arg.untyped) return asDecimal(arg.expr);
    return coerce(arg, { kind } as DataType);
  });
  const isNumeric = (i: number): boolean => argKindAt(overload, i) === 'numeric';
  const wide = overload.decimals !== true || exprs.some((expr, i) => isNumeric(i) && expr.type.kind === 'numeric');
  return wide ? exprs.map((expr, i) => (isNumeric(i) ? implicitCast(expr, { kind: 'numeric' }) : expr)) : exprs;
}

/** Decimals whose result has no fixed scale, or too many digits, are computed as `numeric`. */
function finishCall(name: string, overload: Overload, exprs: readonly TypedExpr[]): CallExpr {
  const type = resultType(name, overload, exprs);
  if (overload.decimals !== true || type.kind !== 'numeric') return call(name, exprs, type);
  const wide = exprs.map((expr, i) =>
    argKindAt(overload, i) === 'numeric' ? implicitCast(expr, { kind: 'numeric' }) : expr,
  );
  return call(name, wide, type);
}

function resultType(name: string, overload: Overload, exprs: readonly TypedExpr[]): DataType {
  return typeof overload.result === 'function' ? overload.result(boundCall(name, exprs)) : overload.result;
}

function member(node: CallNode, args: readonly Checked[]): CallExpr {
  const { exprs } = unifyBranches(args, 'IN');
  requireComparable(node, exprs[0]!.type);
  return call('in', exprs, boolean);
}

function between(node: CallNode, args: readonly Checked[]): CallExpr {
  const [value, low, high] = args as [Checked, Checked, Checked];
  return call('and', [resolved(node, '>=', [value, low]), resolved(node, '<=', [value, high])], boolean);
}

function unified(node: CallNode, args: readonly Checked[]): CallExpr {
  if (args.length === 0) throw typeError(`${node.name.toUpperCase()} needs at least one argument`, node.at);
  const { exprs, type } = unifyBranches(args, node.name.toUpperCase());
  if (node.name !== 'coalesce') requireComparable(node, type);
  return call(node.name, exprs, type);
}

function nullif(node: CallNode, args: readonly Checked[]): CallExpr {
  if (args.length !== 2) throw typeError('NULLIF takes two arguments', node.at);
  const exprs = operands(node, '=', args);
  return call('nullif', exprs, exprs[0]!.type);
}

function requireComparable(node: CallNode, type: DataType): void {
  const comparable = resolveOverload(overloadsOf('='), [type, type]).kind === 'found';
  if (!comparable)
    throw typeError(`values of type ${typeName(type)} cannot be compared`, node.at, 'compare their text: x::text');
}

function findOverload(node: CallNode, name: string, args: readonly Checked[]): Overload {
  const overloads = overloadsOf(name);
  // Names of SQL's forms hold a space; quoted they could be called.
  const isForm = node.form === 'function' && name.includes(' ');
  if (overloads.length === 0 || name === 'cast' || isForm) throw noSuchFunction(node, name);
  const resolution = resolveOverload(overloads, args.map(typeOf));
  if (resolution.kind === 'found' && resolution.overload.refused === undefined) return resolution.overload;
  const shown = args.map((arg) => (arg.untyped ? 'unknown' : typeName(arg.expr.type)));
  const isOperator = node.form === 'operator';
  const what =
    isOperator && shown.length === 2
      ? `${shown[0]} ${name} ${shown[1]}`
      : isOperator
        ? `${name} ${shown[0]}`
        : `${name}(${shown.join(', ')})`;
  if (resolution.kind === 'found')
    throw typeError(`etl does not compute ${what}`, node.at, resolution.overload.refused);
  if (resolution.kind === 'ambiguous')
    throw typeError(
      `${what} could mean several things`,
      node.at,
      'give the untyped argument a type, for example x::text',
    );
  throw typeError(
    `${isOperator ? 'the operator' : 'the function'} ${what} does not exist`,
    isOperator ? node.at : node.nameAt,
    mismatchHint(isOperator, overloads, args),
  );
}

export function noSuchFunction(node: CallNode, name: string): Error {
  const scalars = functionNames().filter(
    (known) => /^[a-z]/.test(known) && !known.includes(' ') && !hiddenNames.has(known),
  );
  const names = [...scalars, ...aggregateNameList()];
  const substitute = substituteFor(name);
  const near = substitute === null ? didYouMean(name, names) : null;
  const hint = substitute === null ? near && `did you mean ${near}()?` : `write, for example, ${substitute}`;
  return unknownFunction(`etl has no function ${name}()`, node.nameAt, hint ?? undefined);
}

/** Words of the catalog that are not called with parentheses. */
const hiddenNames: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'like', 'ilike', 'cast']);

function mismatchHint(isOperator: boolean, overloads: readonly Overload[], args: readonly Checked[]): string {
  const kinds = args.map((arg) => arg.expr.type.kind);
  if (isOperator && kinds.includes('text')) return 'cast the text, for example x::numeric or x::date';
  if (isOperator) return 'cast one side, for example x::text';
  const sameCount = overloads.filter((overload) => overload.args.length === args.length);
  const shown = (sameCount.length > 0 ? sameCount : overloads).slice(0, 4).map(signature);
  return `there is ${[...new Set(shown)].join(', ')}`;
}

function signature(overload: Overload): string {
  const args = overload.args.map(argName);
  if (overload.variadic !== undefined) args.push(`${argName(overload.variadic)}, …`);
  return `${overload.name}(${args.join(', ')})`;
}

function argName(kind: Overload['args'][number]): string {
  return kind === 'any' || kind === 'list' || kind === 'text[]'
    ? kind === 'list'
      ? 'array'
      : kind
    : typeName({ kind } as DataType);
}
