/**
 * Expression text → checked tree: names found in the scope, every operator and function resolved to one overload, implicit
 * casts written out, untyped literals given their type, all by PostgreSQL's rules.
 *
 * Throws ETL-3001 (grammar), 3002 (names), 3003 (types), 3004 (functions), 3005 (aggregates and the like); `at.column` and
 * `at.length` count within the text.
 */
import { checkCall } from './check-call.js';
import { checkKey, isCollate } from './collate-key.js';
import { explicitCast, requireBoolean, type Checked } from './coerce.js';
import { notAnExpression, syntaxError, typeError } from './expression-error.js';
import { nullLiteral, numericLiteral } from './literal.js';
import { parseExpression, parseSelectList, parseSortList } from './parse-expression.js';
import { columnOf, paramOf, runTime, type Scope as ExpressionScope } from './scope.js';
import type { AggregateSyntax, SortNode, SyntaxNode } from './syntax-tree.js';
import { timeWords } from './keywords.js';
import { typeFromName } from './type-from-name.js';
import type { NamedExpr, SortExpr, TypedExpr } from './typed-expr.js';
import { unifyBranches } from './unify.js';
import { typeName, type DataType } from '../columnar/data-type.js';

/** See scope.ts. */
export type Scope = ExpressionScope;

const boolean: DataType = { kind: 'boolean' };
const text: DataType = { kind: 'text' };

export function checkExpression(source: string, scope: Scope): TypedExpr {
  return storable(checkNode(parseExpression(source), scope));
}

/** One expression or several with commas between; `*` is all columns. Names are of no account. */
export function checkExpressions(source: string, scope: Scope): TypedExpr[] {
  return parseSelectList(source).flatMap(({ node }) =>
    node === null ? allColumns(scope).map(({ expr }) => expr) : [checkNode(node, scope).expr],
  );
}

/** The condition of a filter or a join. */
export function checkPredicate(source: string, scope: Scope): TypedExpr {
  return requireBoolean(checkNode(parseExpression(source), scope), 'the condition');
}

/** `*`, `expr AS name`, or several with commas between. A name is needed where the expression is more than a column or one call. */
export function checkSelectItem(source: string, scope: Scope): NamedExpr[] {
  return parseSelectList(source).flatMap(({ node, alias, at }) => {
    if (node === null) return allColumns(scope);
    const expr = storable(checkNode(node, scope));
    const name = alias ?? defaultName(node);
    if (name === null) throw syntaxError('this column has no name', at, 'write … AS name');
    return [{ name, expr }];
  });
}

/** Arrays of other types than text pass as columns; nothing makes one. */
function storable({ expr, at }: Checked): TypedExpr {
  if (expr.kind === 'column' || expr.type.kind !== 'list' || expr.type.element.kind === 'text') return expr;
  throw typeError(
    `a result of type ${typeName(expr.type)} cannot be computed`,
    at,
    "paths of JSON are texts: ARRAY['a', '0']",
  );
}

function allColumns({ columns }: Scope): NamedExpr[] {
  return columns.map(({ name, type }) => ({ name, expr: { kind: 'column', name, type } }));
}

/** `score DESC NULLS LAST`, or several with commas between. */
export function checkSortKeys(source: string, scope: Scope): SortExpr[] {
  return parseSortList(source).map((item) => checkSortItem(item, scope));
}

export function checkSortItem({ node, descending, nullsFirst }: SortNode, scope: Scope): SortExpr {
  if (node.kind === 'number') throw typeError('a number is no sort key', node.at, 'name the column');
  return { expr: checkKey(node, (key) => checkNode(key, scope).expr), descending, nullsFirst };
}

/** A part of an expression's text. */
export function checkNode(node: SyntaxNode, scope: Scope): Checked {
  return scope.resolve?.(node) ?? check(node, scope);
}

function check(node: SyntaxNode, scope: Scope): Checked {
  switch (node.kind) {
    case 'number':
      return typed(numberLiteral(node.text), node);
    case 'string':
      return { expr: { kind: 'literal', text: node.text, type: text }, untyped: true, at: node.at };
    case 'null':
      return { expr: nullLiteral(text), untyped: true, at: node.at };
    case 'boolean':
      return typed({ kind: 'literal', text: node.value ? 't' : 'f', type: boolean }, node);
    case 'column':
      return typed(columnOf(node, scope), node);
    case 'param': {
      const expr = paramOf(node, scope);
      return { expr, untyped: expr.type.kind === 'text' || expr.text === null, at: node.at };
    }
    case 'cast':
      return checkCast(node, scope);
    case 'case':
      return checkCase(node, scope);
    case 'array':
      return checkArray(node, scope);
    case 'call':
      if (isCollate(node))
        throw typeError(
          'a collation can only stand behind a key of an order',
          node.nameAt,
          'sort: [name COLLATE "de-x-icu"]',
        );
      if (isRunTime(node)) return checkRunTime(node, scope);
      return checkCall(
        node,
        node.args.map((arg) => checkNode(arg, scope)),
      );
    case 'aggregate':
      throw misplacedAggregate(node);
    case 'window':
      throw notAnExpression(`${node.name}() OVER (…) can only stand in SELECT and ORDER BY`, node.nameAt);
    case 'subquery':
    case 'exists':
    case 'inQuery':
      throw notAnExpression(
        'a query cannot stand here',
        node.at,
        'put it beside other conditions of WHERE, with AND between',
      );
  }
}

export function misplacedAggregate({ name, nameAt }: AggregateSyntax): Error {
  const hints: Readonly<Record<string, string>> = {
    max: 'for the larger of several columns write GREATEST(a, b)',
    min: 'for the smaller of several columns write LEAST(a, b)',
  };
  const message = `${name}() is an aggregate: it belongs into an \`aggregate\` step`;
  return notAnExpression(message, nameAt, Object.hasOwn(hints, name) ? hints[name] : undefined);
}

function typed(expr: TypedExpr, node: SyntaxNode): Checked {
  return { expr, untyped: false, at: node.at };
}

/** The smallest of integer, bigint and numeric that holds it. */
function numberLiteral(digits: string): TypedExpr {
  if (/^-?\d+$/.test(digits)) {
    const value = BigInt(digits);
    if (value <= 0x7fffffffn && value >= -0x80000000n)
      return { kind: 'literal', text: value.toString(), type: { kind: 'int32' } };
    if (value <= 0x7fffffffffffffffn && value >= -0x8000000000000000n)
      return { kind: 'literal', text: value.toString(), type: { kind: 'int64' } };
  }
  return numericLiteral(digits);
}

function checkCast(node: Extract<SyntaxNode, { kind: 'cast' }>, scope: Scope): Checked {
  const type = castType(node);
  const expr = explicitCast(checkNode(node.arg, scope), type, node.at);
  const digits = /^time.*\(([0-5])\)/.exec(node.typeName)?.[1];
  if (digits === undefined) return typed(expr, node);
  const count: TypedExpr = { kind: 'literal', text: digits, type: { kind: 'int32' } };
  return typed({ kind: 'call', name: 'cast digits', args: [expr, count], type }, node);
}

/** The type that a cast names. */
export function castType(node: Extract<SyntaxNode, { kind: 'cast' }>): DataType {
  const type = typeFromName(node.typeName);
  if (type === null)
    throw typeError(
      `etl has no type "${node.typeName}"`,
      node.typeAt,
      'types are boolean, integer, bigint, numeric(p,s), double precision, text, date, timestamp, timestamptz, interval, json, jsonb, uuid, bytea …',
    );
  refuseLossyType(node, type);
  return type;
}

/** Types whose modifier says more than `DataType` keeps: as a column they pass, as the target of a cast they would lie. */
function refuseLossyType(node: Extract<SyntaxNode, { kind: 'cast' }>, type: DataType): void {
  const modified = node.typeName.includes('(');
  if (type.kind === 'text' && /^(character|name)(?! varying)/.test(type.sqlName ?? ''))
    throw typeError(`a cast to ${node.typeName} is not supported`, node.typeAt, 'use text or varchar(n)');
  if (modified && (type.kind === 'numeric' || (type.kind === 'interval' && !node.typeName.includes('(6)'))))
    throw typeError(
      `a cast to ${node.typeName} is not supported`,
      node.typeAt,
      type.kind === 'numeric' ? 'precision goes up to 38, scale from 0' : "use date_trunc('milliseconds', x)",
    );
}

function checkCase(node: Extract<SyntaxNode, { kind: 'case' }>, scope: Scope): Checked {
  const operand = node.operand === null ? null : checkNode(node.operand, scope);
  const whens = node.branches.map(({ when }) => {
    const checked = checkNode(when, scope);
    if (operand === null) return requireBoolean(checked, 'WHEN');
    return checkCall({ ...node, kind: 'call', name: '=', form: 'operator', args: [], nameAt: when.at, at: when.at }, [
      operand,
      checked,
    ]).expr;
  });
  const thens = node.branches.map(({ then }) => checkNode(then, scope));
  const otherwise = node.otherwise === null ? null : checkNode(node.otherwise, scope);
  // PostgreSQL looks at ELSE first.
  const results = unifyBranches(otherwise === null ? thens : [otherwise, ...thens], 'CASE');
  const [elseExpr, ...rest] = otherwise === null ? [null, ...results.exprs] : results.exprs;
  const branches = whens.map((when, i) => ({ when, then: rest[i]! }));
  return typed({ kind: 'case', branches, otherwise: elseExpr!, type: results.type }, node);
}

function checkArray(node: Extract<SyntaxNode, { kind: 'array' }>, scope: Scope): Checked {
  const { exprs, type } = unifyBranches(
    node.items.map((item) => checkNode(item, scope)),
    'ARRAY',
  );
  const texts = exprs.map((expr) => (expr.kind === 'literal' ? expr.text : undefined));
  if (texts.includes(undefined)) throw typeError('ARRAY[…] takes constants only', node.at);
  const items = texts.map((item) =>
    item === null || item === undefined ? 'NULL' : `"${item.replace(/(["\\])/g, '\\$1')}"`,
  );
  const list: DataType = { kind: 'list', element: type };
  const literal: Checked = {
    expr: { kind: 'literal', text: `{${items.join(',')}}`, type: text },
    untyped: true,
    at: node.at,
  };
  return typed(explicitCast(literal, list, node.at), node);
}

/** now() and its relatives, which the scope answers. */
export function isRunTime(node: Extract<SyntaxNode, { kind: 'call' }>): boolean {
  return timeWords.has(node.name) || (['now', 'transaction_timestamp'].includes(node.name) && node.args.length === 0);
}

function checkRunTime(node: Extract<SyntaxNode, { kind: 'call' }>, scope: Scope): Checked {
  const now = typed(runTime(scope, node), node);
  if (node.name === 'current_date') return typed(explicitCast(now, { kind: 'date' }, node.at), node);
  return node.name === 'localtimestamp' ? typed(explicitCast(now, { kind: 'timestamp' }, node.at), node) : now;
}

/** As PostgreSQL names a column of a select list; null where that would be `?column?`. */
export function defaultName(node: SyntaxNode): string | null {
  switch (node.kind) {
    case 'column':
      return node.name.slice(node.name.lastIndexOf('.') + 1);
    case 'cast':
      return defaultName(node.arg);
    case 'case':
      return (node.otherwise === null ? null : defaultName(node.otherwise)) ?? 'case';
    case 'call':
      return node.form === 'operator' ? null : node.name;
    case 'aggregate':
    case 'window':
      return node.name;
    default:
      return null;
  }
}
