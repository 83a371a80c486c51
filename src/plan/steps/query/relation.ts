/** Rows of a query on their way, and what their columns may be called: `name`, or `table.name`. */
import { unknownColumn } from '../../../expr/expression-error.js';
import { spellColumn, type Scope } from '../../../expr/scope.js';
import type { Checked } from '../../../expr/coerce.js';
import { childrenOf } from '../../../expr/syntax-children.js';
import type { SyntaxNode } from '../../../expr/syntax-tree.js';
import type { Schema } from '../../../columnar/batch.js';

type ColumnNode = Extract<SyntaxNode, { kind: 'column' }>;

export interface VisibleColumn {
  /** What its table is called in the query; null where it has no name. */
  readonly table: string | null;
  readonly name: string;
  /** In the schema. */
  readonly column: string;
  /** Another one stands for it without a table, and in `*`. */
  readonly needsTable?: boolean;
}

export interface Relation {
  /** Of the node. */
  readonly id: string;
  /** May hold more than what is visible. */
  readonly schema: Schema;
  readonly visible: readonly VisibleColumn[];
}

/** What parts of the text stand for that have been joined: scalar queries, window functions. */
export type Given = ReadonlyMap<SyntaxNode, Checked>;

const nothing: Given = new Map();

/** A name that both have is that of `inner`. */
export function scopeOf(
  base: Omit<Scope, 'columns'>,
  inner: Relation,
  given: Given = nothing,
  outer?: Relation,
): Scope {
  const columns = [...inner.visible, ...(outer?.visible ?? [])].flatMap(({ name, column }) => {
    const field = [inner, ...(outer === undefined ? [] : [outer])].flatMap(({ schema }) => schema.fields).find((one) => one.name === column); // prettier-ignore
    return field === undefined ? [] : [{ ...field, name }];
  });
  return {
    ...base,
    columns,
    resolve: (node) => {
      if (given.has(node)) return given.get(node)!;
      if (node.kind !== 'column') return null;
      return columnIn(inner, node) ?? (outer === undefined ? null : columnIn(outer, node));
    },
  };
}

/** @throws EtlError ETL-3002 where several columns are called so */
function columnIn({ visible, schema }: Relation, node: ColumnNode): Checked | null {
  const found = visible.filter((column) => isCalled(column, node.name));
  if (found.length > 1) {
    const spellings = found.map(
      ({ table, name }) => `${table === null ? '' : `${spellColumn(table)}.`}${spellColumn(name)}`,
    );
    throw unknownColumn(`"${node.name}" is in ${found.length} tables`, node.at, `write ${spellings.join(' or ')}`);
  }
  if (found.length === 0) return null;
  const { type } = schema.fields.find(({ name }) => name === found[0].column)!;
  return { expr: { kind: 'column', name: found[0].column, type }, untyped: false, at: node.at };
}

function isCalled({ table, name, needsTable }: VisibleColumn, called: string): boolean {
  const dot = called.lastIndexOf('.');
  if (dot < 0) return name === called && needsTable !== true;
  return called.slice(dot + 1) === name && called.slice(0, dot) === table;
}

/** `users` of `app.users`. */
export function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

export function hasColumn({ visible }: Relation, name: string): boolean {
  return visible.some((column) => isCalled(column, name));
}

/** Columns of a part of the text, those of queries in it left out. */
export function columnsIn(node: SyntaxNode): readonly ColumnNode[] {
  return node.kind === 'column' ? [node] : childrenOf(node).flatMap(columnsIn);
}

/** Are all columns of the part among those of some relations, and one of each? */
export function links(node: SyntaxNode, relations: readonly Relation[]): boolean {
  const columns = columnsIn(node);
  const isOver = (relation: Relation): boolean => columns.some(({ name }) => hasColumn(relation, name));
  return isWithin(node, relations) && relations.every(isOver);
}

export function isWithin(node: SyntaxNode, relations: readonly Relation[]): boolean {
  return columnsIn(node).every(({ name }) => relations.some((relation) => hasColumn(relation, name)));
}

/** `a AND b AND c` in its parts; and what all alternatives of an OR have in common, `(a AND b) OR (a AND c)`: a, for it may be a key. */
export function conjuncts(node: SyntaxNode | null): readonly SyntaxNode[] {
  if (node === null) return [];
  if (node.kind !== 'call') return [node];
  if (node.name === 'and') return node.args.flatMap(conjuncts);
  if (node.name !== 'or') return [node];
  const [first, ...others] = node.args.map(conjuncts);
  const texts = others.map((parts) => new Set(parts.map(withoutPlaces)));
  return [...first.filter((part) => texts.every((own) => own.has(withoutPlaces(part)))), node];
}

function withoutPlaces(node: SyntaxNode): string {
  return JSON.stringify(node, (key, value: unknown) =>
    ['at', 'nameAt', 'typeAt', 'depth'].includes(key) ? undefined : value,
  );
}

/** The parts of the text that are of a kind; those in queries within are left out. */
export function partsOf<Kind extends SyntaxNode['kind']>(
  node: SyntaxNode,
  kind: Kind,
): readonly Extract<SyntaxNode, { kind: Kind }>[] {
  const own = node.kind === kind ? [node as Extract<SyntaxNode, { kind: Kind }>] : [];
  return [...own, ...childrenOf(node).flatMap((child) => partsOf(child, kind))];
}
