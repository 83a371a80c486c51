/** The direct parts of a piece of syntax. */
import type { SyntaxNode } from './syntax-tree.js';

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'null':
    case 'column':
    case 'param':
    case 'subquery':
    case 'exists':
      return [];
    case 'inQuery':
      return [node.arg];
    case 'window': {
      const { args, filter, partitionBy, orderBy } = node;
      const sorted = orderBy.map((item) => item.node);
      return [...args, ...(filter === null ? [] : [filter]), ...partitionBy, ...sorted];
    }
    case 'call':
      return node.args;
    case 'cast':
      return [node.arg];
    case 'array':
      return node.items;
    case 'case': {
      const { operand, branches, otherwise } = node;
      const parts = [operand, ...branches.flatMap(({ when, then }) => [when, then]), otherwise];
      return parts.filter((part) => part !== null);
    }
    case 'aggregate': {
      const { args, orderBy, within, filter } = node;
      const sorted = [...orderBy, ...(within ?? [])].map((item) => item.node);
      return [...args, ...sorted, ...(filter === null ? [] : [filter])];
    }
    default:
      return node satisfies never;
  }
}
