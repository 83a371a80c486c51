/** Walks through a query and the queries in it. */
import { childrenOf } from '../syntax-children.js';
import type { NamedTable, Query, QueryBody, SyntaxNode, TableExpression } from '../syntax-tree.js';

/**
 * The tables that a query reads, those that its WITH defines left out, in the order in which they are written; each name once, or each
 * place.
 */
export function tablesOf(query: Query, everyPlace = false): NamedTable[] {
  const tables: NamedTable[] = [];
  visitQuery(query, new Set(), {
    table: (table) => {
      if (everyPlace || !tables.some(({ name, isFile }) => name === table.name && isFile === table.isFile))
        tables.push(table);
    },
    node: () => undefined,
  });
  return tables;
}

/** Every expression of a query and of those within it, each with all its parts. */
export function expressionsOf(query: Query): SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  visitQuery(query, new Set(), { table: () => undefined, node: (node) => nodes.push(node) });
  return nodes;
}

interface Visitor {
  readonly table: (table: NamedTable) => void;
  readonly node: (node: SyntaxNode) => void;
}

function visitQuery(query: Query, outer: ReadonlySet<string>, visitor: Visitor): void {
  const own = new Set(outer);
  for (const { name, query: inner } of query.with) {
    visitQuery(inner, own, visitor);
    own.add(name);
  }
  visitBody(query.body, own, visitor);
  query.orderBy.forEach(({ node }) => visitNode(node, own, visitor));
  if (query.limit !== null) visitNode(query.limit, own, visitor);
}

function visitBody(body: QueryBody, own: ReadonlySet<string>, visitor: Visitor): void {
  if (body.kind === 'query') return visitQuery(body.query, own, visitor);
  if (body.kind !== 'select') {
    visitBody(body.left, own, visitor);
    return visitBody(body.right, own, visitor);
  }
  body.from.forEach((table) => visitTable(table, own, visitor));
  const { distinct, items, where, groupBy, having } = body;
  const nodes = [...(distinct?.on ?? []), ...items.map((item) => item.node), where, ...groupBy, having];
  for (const node of nodes) if (node !== null) visitNode(node, own, visitor);
}

function visitTable(table: TableExpression, own: ReadonlySet<string>, visitor: Visitor): void {
  if (table.kind === 'derived') return visitQuery(table.query, own, visitor);
  if (table.kind === 'table') {
    if (table.isFile || !own.has(table.name)) visitor.table(table);
    return;
  }
  visitTable(table.left, own, visitor);
  visitTable(table.right, own, visitor);
  if (table.on !== null) visitNode(table.on, own, visitor);
}

function visitNode(node: SyntaxNode, own: ReadonlySet<string>, visitor: Visitor): void {
  visitor.node(node);
  if ('query' in node) visitQuery(node.query, own, visitor);
  for (const child of childrenOf(node)) visitNode(child, own, visitor);
}
