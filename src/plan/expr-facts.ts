/** What planning must know of expressions: can one fail, can it be NULL, what does it read, with what put in for columns. */
import type { Schema } from '../columnar/batch.js';
import type { DataType, Kind } from '../columnar/data-type.js';
import type { TypedExpr } from '../expr/typed-expr.js';

/**
 * Can evaluating it make a row an error? Decides which rewrites keep the meaning: a predicate that can fail for a row
 * would, inside a source's query, fail the whole split. Says yes for every function that it does not know to be total.
 */
export function canFail(expr: TypedExpr): boolean {
  switch (expr.kind) {
    case 'column':
    case 'literal':
      return false;
    case 'call':
      if (expr.args.some(canFail)) return true;
      return !isTotalCall(expr);
    case 'case':
      return [
        ...expr.branches.flatMap(({ when, then }) => [when, then]),
        ...(expr.otherwise ? [expr.otherwise] : []),
      ].some(canFail);
    default:
      return expr satisfies never;
  }
}

function isTotalCall(call: Extract<TypedExpr, { kind: 'call' }>): boolean {
  if (call.name === 'cast') return isTotalCast(call.args[0].type, call.type);
  if (call.name !== 'like' && call.name !== 'ilike') return totalCalls.has(call.name);
  const [, pattern, escape] = call.args;
  // A pattern may not end in its escape character.
  return pattern.kind === 'literal' && escape === undefined && !(pattern.text ?? '').endsWith('\\');
}

const totalCalls: ReadonlySet<string> = new Set([
  ...[
    '=',
    '<>',
    '!=',
    '<',
    '<=',
    '>',
    '>=',
    'is distinct from',
    'is not distinct from',
    'in',
    'between',
    'between symmetric',
  ],
  ...[
    'and',
    'or',
    'not',
    'is null',
    'is not null',
    'is true',
    'is not true',
    'is false',
    'is not false',
    'is unknown',
    'is not unknown',
  ],
  ...[
    'coalesce',
    'nullif',
    'greatest',
    'least',
    '->',
    '->>',
    'lower',
    'upper',
    'length',
    'char_length',
    'octet_length',
  ],
]);

const widths: Readonly<Partial<Record<Kind, number>>> = { int16: 1, int32: 2, int64: 3, numeric: 4 };

function isTotalCast(from: DataType, to: DataType): boolean {
  if (from.kind === to.kind) return from.kind !== 'decimal' && from.kind !== 'list';
  if (to.kind === 'text') return from.kind !== 'list';
  if (to.kind === 'numeric' && from.kind === 'decimal') return true;
  if (to.kind === 'float64') return ['int16', 'int32', 'int64', 'decimal', 'float32'].includes(from.kind);
  const [narrow, wide] = [widths[from.kind], widths[to.kind]];
  return narrow !== undefined && wide !== undefined && narrow < wide;
}

/** Says true unless it is sure: a column that is wrongly called nullable costs little. */
export function isNullable(expr: TypedExpr, input: Schema): boolean {
  switch (expr.kind) {
    case 'column':
      return input.fields.find((field) => field.name === expr.name)?.nullable ?? true;
    case 'literal':
      return expr.text === null;
    case 'call':
      if (expr.name === 'coalesce') return expr.args.every((arg) => isNullable(arg, input));
      if (['is null', 'is not null'].includes(expr.name)) return false;
      return strictNotNull.has(expr.name) ? expr.args.some((arg) => isNullable(arg, input)) : true;
    case 'case':
      return true;
    default:
      return expr satisfies never;
  }
}

const strictNotNull: ReadonlySet<string> = new Set([
  'cast',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'and',
  'or',
  'not',
  '+',
  '-',
  '*',
  '/',
  '%',
]);

/** The expression with each column replaced, as `by` says. */
export function substituteColumns(
  expr: TypedExpr,
  by: (column: Extract<TypedExpr, { kind: 'column' }>) => TypedExpr,
): TypedExpr {
  switch (expr.kind) {
    case 'column':
      return by(expr);
    case 'literal':
      return expr;
    case 'call':
      return { ...expr, args: expr.args.map((arg) => substituteColumns(arg, by)) };
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map(({ when, then }) => ({
          when: substituteColumns(when, by),
          then: substituteColumns(then, by),
        })),
        otherwise: expr.otherwise && substituteColumns(expr.otherwise, by),
      };
    default:
      return expr satisfies never;
  }
}

/** `a AND (b AND c)` as a, b, c. */
export function conjunctsOf(expr: TypedExpr): readonly TypedExpr[] {
  return expr.kind === 'call' && expr.name === 'and' ? expr.args.flatMap(conjunctsOf) : [expr];
}

/** The list must not be empty. `and` takes any number of arguments. */
export function conjunctionOf(conjuncts: readonly TypedExpr[]): TypedExpr {
  return conjuncts.length === 1
    ? conjuncts[0]
    : { kind: 'call', name: 'and', args: conjuncts, type: { kind: 'boolean' } };
}

/** How often each column is read. */
export function columnUses(exprs: readonly TypedExpr[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const expr of exprs) {
    substituteColumns(expr, (column) => {
      uses.set(column.name, (uses.get(column.name) ?? 0) + 1);
      return column;
    });
  }
  return uses;
}
