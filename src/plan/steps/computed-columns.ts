/**
 * The expressions that a node needs as columns of its input. Those that are columns already stay as they are; for the others
 * a select is put before the node, which computes each once.
 *
 *     aggregate by lower(name) AS n, sum(a * b)   ⇒   aggregate by n, sum("#1")  ∘  select lower(name) AS n, a * b AS "#1"
 */
import type { Field } from '../../columnar/batch.js';
import type { NamedExpr, SortExpr, SortKey, TypedExpr } from '../../expr/typed-expr.js';
import { columnOf } from '../graph-edit.js';

export class ComputedColumns {
  readonly #items: NamedExpr[];

  /**
   * `kept`: columns that the node's input has in any case. `mark` begins the names of the others, which are none of `taken`.
   */
  constructor(
    private readonly kept: readonly Field[],
    private readonly mark = '#',
    private readonly taken: readonly string[] = [],
  ) {
    this.#items = kept.map((field) => ({ name: field.name, expr: columnOf(field) }));
  }

  /** What the input of the node has to be computed as. */
  get items(): readonly NamedExpr[] {
    return this.#items;
  }

  /** Does the input have to be computed at all? */
  get isNeeded(): boolean {
    return this.#items.some(({ name, expr }) => expr.kind !== 'column' || expr.name !== name);
  }

  /** A column under a name that the job gives. */
  define(item: NamedExpr): string {
    this.#items.push(item);
    return item.name;
  }

  nameOf(expr: TypedExpr): string {
    const text = JSON.stringify(expr);
    const known = this.#items.find((item) => JSON.stringify(item.expr) === text);
    if (known !== undefined) return known.name;
    const isFree = (name: string): boolean => !this.#items.some((item) => item.name === name);
    if (expr.kind === 'column' && isFree(expr.name)) return this.define({ name: expr.name, expr });
    for (let number = this.#items.length - this.kept.length + 1; ; number++) {
      const name = `${this.mark}${number}`;
      if (isFree(name) && !this.taken.includes(name)) return this.define({ name, expr });
    }
  }

  /** Keys that come twice say nothing the second time. */
  sortKeys(keys: readonly SortExpr[]): SortKey[] {
    const named = keys.map(({ expr, descending, nullsFirst }) => {
      return { column: this.nameOf(expr), descending, nullsFirst };
    });
    return named.filter((key, i) => named.findIndex((other) => other.column === key.column) === i);
  }
}
