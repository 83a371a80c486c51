/** A column with one row a group, value by value. */
import { createBuilder, type ColumnBuilder } from '../../columnar/column-builder.js';
import type { Column } from '../../columnar/column.js';
import type { DataType } from '../../columnar/data-type.js';
import { ValueError, type RowErrors } from '../../columnar/row-errors.js';

/** `append` adds one row for the group; where it throws a ValueError the row is NULL and the error is noted. */
export function buildResults(
  type: DataType,
  groups: Int32Array,
  errors: RowErrors,
  append: (group: number, builder: ColumnBuilder) => void,
): Column {
  const builder = createBuilder(type, groups.length);
  groups.forEach((group, row) => {
    try {
      append(group, builder);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      errors.add(row, error.sqlState, error.message);
      builder.truncate(row);
      builder.appendNull();
    }
  });
  return builder.finish();
}
