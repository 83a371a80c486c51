/**
 * One key of an order: a column, its direction, and where NULLs go. A list of keys is compared from the first on.
 *
 * PostgreSQL's defaults (NULLS LAST when ascending, NULLS FIRST when descending) are filled in by whoever reads the order;
 * here both are said. JSON-safe.
 */
export interface SortKey {
  /** Index into the schema's fields. */
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}
