/**
 * What can be said of an expression before anybody knows the columns: its grammar, and whether its functions, types and
 * parameters exist. All of it, not only the first; places count within the text, as those of `checkExpression`.
 */
import { EtlError } from '../errors/etl-error.js';
import { overloadsOf } from './catalog.js';
import { noSuchFunction } from './check-call.js';
import { castType, isRunTime, misplacedAggregate } from './check-expression.js';
import { aggregateEntry } from './aggregates/aggregate-catalog.js';
import { noSuchAggregate } from './aggregates/check-aggregate.js';
import { parseExpression, parseSelectList, parseSortList } from './parse-expression.js';
import { parseQuery } from './query/parse-query.js';
import { expressionsOf } from './query/walk-query.js';
import { paramOf, type Scope } from './scope.js';
import { childrenOf } from './syntax-children.js';
import type { SyntaxNode } from './syntax-tree.js';

/** `query`: a whole one. `groups`: an item of a select list, or a condition, in which aggregates may stand. */
export type ExpressionForm = 'expression' | 'select' | 'sort' | 'groups' | 'query';

export function checkNames(text: string, form: ExpressionForm, params: Scope['params']): EtlError[] {
  const errors: EtlError[] = [];
  const keep = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof EtlError)) throw error;
      errors.push(error);
    }
  };
  const visit = (node: SyntaxNode): void => {
    keep(() => checkNode(node, form, params));
    childrenOf(node).forEach(visit);
  };
  if (form === 'query') {
    keep(() => expressionsOf(parseQuery(text)).forEach((node) => keep(() => checkNode(node, form, params))));
    return errors;
  }
  keep(() => nodesOf(text, form).forEach(visit));
  return errors;
}

function nodesOf(text: string, form: ExpressionForm): readonly SyntaxNode[] {
  if (form === 'expression') return [parseExpression(text)];
  const items: readonly { readonly node: SyntaxNode | null }[] =
    form === 'sort' ? parseSortList(text) : parseSelectList(text);
  return items.map(({ node }) => node).filter((node) => node !== null);
}

function checkNode(node: SyntaxNode, form: ExpressionForm, params: Scope['params']): void {
  if (node.kind === 'aggregate' && form !== 'groups' && form !== 'query') throw misplacedAggregate(node);
  if (node.kind === 'aggregate' && aggregateEntry(node.name) === null) throw noSuchAggregate(node);
  if (node.kind === 'param') paramOf(node, { columns: [], params });
  if (node.kind === 'cast') castType(node);
  const isKnown = node.kind !== 'call' || node.form !== 'function' || overloadsOf(node.name).length > 0;
  if (!isKnown && !isRunTime(node)) throw noSuchFunction(node, node.name);
}
