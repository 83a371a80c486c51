/**
 * One call of an aggregate, checked: function and arguments resolved by PostgreSQL's types, what changes nothing dropped.
 *
 * Arguments, order and filter are expressions over the rows that go in; the plan makes columns of them.
 */
import { typeName, type DataType } from '../../columnar/data-type.js';
import { didYouMean } from '../../errors/did-you-mean.js';
import { checkNode, checkSortItem } from '../check-expression.js';
import { coerce, implicitCast, requireBoolean, typeOf, type Checked } from '../coerce.js';
import { notAnExpression, syntaxError, typeError, unknownFunction } from '../expression-error.js';
import { hasEquality } from '../require-order.js';
import type { Scope } from '../scope.js';
import type { AggregateSyntax, SyntaxNode } from '../syntax-tree.js';
import type { SortExpr, TypedExpr } from '../typed-expr.js';
import { aggregateEntry, aggregateNameList, type AggregateEntry, type AggregateName } from './aggregate-catalog.js';

type AggregateNode = Extract<SyntaxNode, { kind: 'aggregate' }>;

export interface AggregateExpr {
  readonly function: AggregateName;
  /** Empty for `count(*)`. Of a percentile: what is ranked, also in `orderBy`. */
  readonly args: readonly TypedExpr[];
  readonly distinct: boolean;
  readonly filter: TypedExpr | null;
  readonly orderBy: readonly SortExpr[];
  /** Of string_agg. */
  readonly separator: string | null;
  /** Of percentiles, from 0 to 1. */
  readonly fraction: number | null;
  readonly type: DataType;
}

export function checkAggregate(node: AggregateNode, rows: Scope): AggregateExpr {
  const entry = aggregateEntry(node.name);
  if (entry === null) throw noSuchAggregate(node);
  const scope: Scope = { ...rows, resolve: (part) => refuseNested(part) ?? rows.resolve?.(part) ?? null };
  const filter = node.filter === null ? null : requireBoolean(checkNode(node.filter, scope), 'FILTER (WHERE …)');
  const isRanked = entry.form === 'within group';
  if (isRanked !== (node.within !== null)) throw wrongForm(node, isRanked);
  return { ...(isRanked ? ranked(node, entry, scope) : plain(node, entry, scope)), filter };
}

function plain(node: AggregateNode, entry: AggregateEntry, scope: Scope): Omit<AggregateExpr, 'filter'> {
  const checked = node.args.map((arg) => checkNode(arg, scope));
  const { args, type } = fitted(node, entry, checked);
  const orderBy = node.orderBy.map((item) => checkSortItem(item, scope));
  const distinct = node.distinct && entry.counts;
  if (distinct) checkDistinct(node, args, orderBy);
  const isJoined = entry.name === 'string_agg';
  return {
    function: entry.name,
    args: isJoined ? args.slice(0, 1) : args,
    distinct,
    orderBy: entry.ordered ? orderBy : [],
    separator: isJoined ? separatorOf(node, args[1]!) : null,
    fraction: null,
    type,
  };
}

function ranked(node: AggregateNode, entry: AggregateEntry, scope: Scope): Omit<AggregateExpr, 'filter'> {
  const [item, second] = node.within!;
  if (second !== undefined) throw typeError(`${node.name} ranks one value`, second.node.at);
  if (node.distinct || node.orderBy.length > 0)
    throw syntaxError(`${node.name} takes only a fraction in its parentheses`, node.nameAt);
  const fraction = fractionOf(node, scope);
  const { args, type } = fitted(node, entry, [checkNode(item!.node, scope)]);
  const { descending, nullsFirst } = item!;
  const orderBy = [{ expr: args[0]!, descending, nullsFirst }];
  return { function: entry.name, args, distinct: false, orderBy, separator: null, fraction, type };
}

function fitted(
  node: AggregateNode,
  entry: AggregateEntry,
  checked: readonly Checked[],
): { args: readonly TypedExpr[]; type: DataType } {
  const fit = entry.fit(checked.map((arg) => typeOf(arg) ?? { kind: 'text' }));
  if (fit === null) {
    const shown = checked.map((arg) => (arg.untyped ? 'unknown' : typeName(arg.expr.type)));
    const hint =
      checked[0]?.expr.type.kind === 'boolean' && entry.name === 'sum'
        ? 'to count the rows where it is true: count(*) FILTER (WHERE x)'
        : `${node.name} takes ${entry.takes}`;
    throw typeError(`the aggregate ${node.name}(${shown.join(', ')}) does not exist`, node.nameAt, hint);
  }
  const args = checked.map((arg, i) =>
    arg.untyped ? coerce(arg, fit.args[i]!) : implicitCast(arg.expr, fit.args[i]!),
  );
  return { args, type: fit.result };
}

function checkDistinct(node: AggregateNode, args: readonly TypedExpr[], orderBy: readonly SortExpr[]): void {
  const uncomparable = args.find((arg) => !hasEquality(arg.type));
  if (uncomparable !== undefined)
    throw typeError(
      `values of type ${typeName(uncomparable.type)} cannot be compared`,
      node.nameAt,
      'compare their text: x::text',
    );
  const inside = args.map((arg) => JSON.stringify(arg));
  const other = orderBy.findIndex((key) => !inside.includes(JSON.stringify(key.expr)));
  if (other >= 0)
    throw typeError(
      'with DISTINCT, ORDER BY can only name what is aggregated',
      node.orderBy[other]!.node.at,
      'the other values of equal rows are gone',
    );
}

function separatorOf(node: AggregateNode, arg: TypedExpr): string {
  if (arg.kind !== 'literal')
    throw typeError('the separator of string_agg must be a constant', node.args[1]!.at, "such as ', '");
  return arg.text ?? '';
}

function fractionOf(node: AggregateNode, scope: Scope): number {
  const [arg] = node.args;
  if (arg === undefined || node.args.length > 1)
    throw typeError(`${node.name} takes one fraction`, node.nameAt, `${node.name}(0.5) WITHIN GROUP (ORDER BY x)`);
  const checked = checkNode(arg, scope);
  const { expr } = checked;
  if (expr.kind !== 'literal' || expr.type.kind === 'list' || expr.text === null)
    throw typeError(`the fraction of ${node.name} must be one constant`, arg.at, 'such as 0.5');
  const fraction = Number(expr.text);
  if (!(fraction >= 0 && fraction <= 1))
    throw typeError(`the fraction of ${node.name} must be from 0 to 1`, arg.at, 'the median is 0.5');
  return fraction;
}

function wrongForm(node: AggregateNode, isRanked: boolean): Error {
  return isRanked
    ? syntaxError(`${node.name} needs WITHIN GROUP`, node.nameAt, `write ${node.name}(0.5) WITHIN GROUP (ORDER BY x)`)
    : syntaxError(`${node.name} takes no WITHIN GROUP`, node.nameAt, 'write ORDER BY inside its parentheses');
}

function refuseNested(node: SyntaxNode): null {
  if (node.kind === 'aggregate') throw nested(node);
  return null;
}

function nested({ nameAt }: AggregateSyntax): Error {
  return notAnExpression('an aggregate cannot stand inside another', nameAt, 'aggregate twice, in two steps');
}

export function noSuchAggregate({ name, nameAt }: AggregateSyntax): Error {
  const near = didYouMean(name, aggregateNameList());
  const hint = near === null ? `aggregates are ${aggregateNameList().join(', ')}` : `did you mean ${near}()?`;
  return unknownFunction(`etl has no aggregate ${name}()`, nameAt, hint);
}
