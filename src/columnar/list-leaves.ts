/**
 * Arrays of arrays seen flat, as PostgreSQL stores and compares them: the elements that are not arrays themselves.
 * A row's leaves are `leafColumn(column)[leafOffset(column, row) .. leafOffset(column, row + 1))`.
 */
import type { Column, ListColumn } from './column.js';

export function leafColumn(column: ListColumn): Column {
  let leaf = column.child;
  while (leaf.layout === 'list') leaf = leaf.child;
  return leaf;
}

export function leafOffset(column: ListColumn, row: number): number {
  let at = column.offsets[row];
  for (let child = column.child; child.layout === 'list'; child = child.child) at = child.offsets[at];
  return at;
}
