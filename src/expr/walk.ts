/** Walks over checked expressions. */
import type { TypedExpr } from './typed-expr.js';

/** The direct parts of an expression, in the order in which they are written. */
function childrenOf(expr: TypedExpr): readonly TypedExpr[] {
  switch (expr.kind) {
    case 'column':
    case 'literal':
      return [];
    case 'call':
      return expr.args;
    case 'case':
      return [
        ...expr.branches.flatMap(({ when, then }) => [when, then]),
        ...(expr.otherwise === null ? [] : [expr.otherwise]),
      ];
  }
}

export function referencedColumns(expr: TypedExpr): Set<string> {
  const names = new Set<string>();
  const visit = (node: TypedExpr): void => {
    if (node.kind === 'column') names.add(node.name);
    childrenOf(node).forEach(visit);
  };
  visit(expr);
  return names;
}
