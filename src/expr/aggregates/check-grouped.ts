/**
 * Expressions over groups: `sum(a) / count(*)`, `day`, `upper(country)` where `country` is a group.
 *
 * Checking one gives an expression over the columns that come out of a grouping: its groups, by name, and its aggregates, by
 * the name of a slot. Equal aggregates share one slot. What is neither is refused, as PostgreSQL does.
 */
import { typeName } from '../../columnar/data-type.js';
import { EtlError } from '../../errors/etl-error.js';
import { checkNode, checkPredicate, checkSelectItem } from '../check-expression.js';
import type { Checked } from '../coerce.js';
import { syntaxError, typeError, ungroupedColumn } from '../expression-error.js';
import { hasEquality } from '../require-order.js';
import { spellColumn, type Scope } from '../scope.js';
import { childrenOf } from '../syntax-children.js';
import type { SyntaxNode } from '../syntax-tree.js';
import type { NamedExpr, TypedExpr } from '../typed-expr.js';
import { checkAggregate, type AggregateExpr } from './check-aggregate.js';

export interface AggregateSlot {
  /** The column in which its result comes out. */
  readonly name: string;
  readonly aggregate: AggregateExpr;
}

/** The items of a GROUP BY: names are those of the columns that come out. */
export function checkGroups(source: string, rows: Scope): NamedExpr[] {
  const groups = checkSelectItem(source, rows);
  for (const { expr } of groups) {
    if (hasEquality(expr.type)) continue;
    const at = { offset: 0, length: source.length };
    throw typeError(`rows cannot be grouped by ${typeName(expr.type)}`, at, 'group by its text: x::text');
  }
  return groups;
}

export class GroupedScope {
  readonly #rows: Scope;
  readonly #groups: readonly NamedExpr[];
  readonly #slots: AggregateSlot[] = [];
  readonly #scope: Scope;

  constructor(rows: Scope, groups: readonly NamedExpr[]) {
    this.#rows = rows;
    this.#groups = groups;
    this.#scope = { ...rows, columns: [], aliases: new Map(), resolve: (node) => this.#resolve(node) };
  }

  /** The aggregates met so far. */
  get slots(): readonly AggregateSlot[] {
    return this.#slots;
  }

  /** A part of a query. */
  check(node: SyntaxNode): Checked {
    return checkNode(node, this.#scope);
  }

  checkItem(source: string): NamedExpr[] {
    const items = checkSelectItem(source, this.#scope);
    if (items.length > 0) return items;
    const at = { offset: 0, length: source.length };
    throw syntaxError('"*" is no value of a group', at, 'to count its rows write count(*)');
  }

  checkCondition(source: string): TypedExpr {
    return checkPredicate(source, this.#scope);
  }

  #resolve(node: SyntaxNode): Checked | null {
    // A query or a window stands for a column, which has been joined.
    if (node.kind === 'subquery' || node.kind === 'window') return this.#rows.resolve?.(node) ?? null;
    if (node.kind === 'aggregate') return { expr: this.#slotOf(node), untyped: false, at: node.at };
    if (node.kind === 'column') return { expr: this.#groupOfColumn(node), untyped: false, at: node.at };
    if (childrenOf(node).length === 0 || holdsAggregate(node)) return null;
    const group = this.#groupOfPart(node);
    return group === null ? null : { expr: group, untyped: false, at: node.at };
  }

  /** What cannot be checked over the rows is no group; its parts, which are looked at next, say what is wrong. */
  #groupOfPart(node: SyntaxNode): TypedExpr | null {
    try {
      return this.#groupOf(checkNode(node, this.#rows).expr);
    } catch (error) {
      if (error instanceof EtlError) return null;
      throw error;
    }
  }

  #slotOf(node: Extract<SyntaxNode, { kind: 'aggregate' }>): TypedExpr {
    const aggregate = checkAggregate(node, this.#rows);
    const text = JSON.stringify(aggregate);
    let slot = this.#slots.find((other) => JSON.stringify(other.aggregate) === text);
    if (slot === undefined) {
      slot = { name: this.#freeName(), aggregate };
      this.#slots.push(slot);
    }
    return { kind: 'column', name: slot.name, type: aggregate.type };
  }

  /** A column of the input that is a group; or, where the input has no such column, the name of a group. */
  #groupOfColumn(node: Extract<SyntaxNode, { kind: 'column' }>): TypedExpr {
    const named = this.#groups.find(({ name }) => name === node.name);
    const { columns, aliases } = this.#rows;
    const isInput = columns.some(({ name }) => name === node.name) || aliases?.has(node.name) === true;
    if (named !== undefined && !isInput) return groupColumn(named);
    const group = this.#groupOf(checkNode(node, this.#rows).expr);
    if (group !== null) return group;
    throw ungroupedColumn(
      `"${node.name}" is neither grouped by nor inside an aggregate`,
      node.at,
      `add it to \`by\`, or choose one of its values, such as max(${spellColumn(node.name)})`,
    );
  }

  #groupOf(expr: TypedExpr): TypedExpr | null {
    const text = JSON.stringify(expr);
    const group = this.#groups.find((candidate) => JSON.stringify(candidate.expr) === text);
    return group === undefined ? null : groupColumn(group);
  }

  /** Not a name of a group: `#1`, `#2`. */
  #freeName(): string {
    let name = `#${this.#slots.length + 1}`;
    while (this.#groups.some((group) => group.name === name)) name = `#${name}`;
    return name;
  }
}

function groupColumn({ name, expr }: NamedExpr): TypedExpr {
  return { kind: 'column', name, type: expr.type };
}

function holdsAggregate(node: SyntaxNode): boolean {
  return node.kind === 'aggregate' || childrenOf(node).some(holdsAggregate);
}
