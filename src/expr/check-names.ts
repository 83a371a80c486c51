/**
 * What can be said of an expression before anybody knows the columns: its grammar, and whether its functions, types and
 * parameters exist. All of it, not only the first; places count within the text, as those of `checkExpression`.
 */
import { EtlError } from '../errors/etl-error.js';
import { overloadsOf } from './catalog.js';
import { noSuchFunction } from './check-call.js';
import { castType, isRunTime, misplacedAggregate } from './check-expression.js';
import { parseExpression, parseSelectList } from './parse-expression.js';
import { paramOf, type Scope } from './scope.js';
import type { SyntaxNode } from './syntax-tree.js';

export function checkNames(text: string, form: 'expression' | 'select', params: Scope['params']): EtlError[] {
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
    keep(() => checkNode(node, params));
    childrenOf(node).forEach(visit);
  };
  keep(() => {
    const nodes = form === 'expression' ? [parseExpression(text)] : parseSelectList(text).map(({ node }) => node);
    nodes.forEach((node) => node !== null && visit(node));
  });
  return errors;
}

function checkNode(node: SyntaxNode, params: Scope['params']): void {
  if (node.kind === 'aggregate') throw misplacedAggregate(node);
  if (node.kind === 'param') paramOf(node, { columns: [], params });
  if (node.kind === 'cast') castType(node);
  const isKnown = node.kind !== 'call' || node.form !== 'function' || overloadsOf(node.name).length > 0;
  if (!isKnown && !isRunTime(node)) throw noSuchFunction(node, node.name);
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  switch (node.kind) {
    case 'call':
      return node.args;
    case 'cast':
      return [node.arg];
    case 'array':
      return node.items;
    case 'case':
      return [node.operand, ...node.branches.flatMap(({ when, then }) => [when, then]), node.otherwise].filter(
        (child) => child !== null,
      );
    default:
      return [];
  }
}
