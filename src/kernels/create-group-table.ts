/** The group table that fits the keys. */
import type { Schema } from '../columnar/batch.js';
import { layoutOf } from '../columnar/data-type.js';
import { AnyGroupTable } from './any-group-table.js';
import type { GroupTable } from './group-table.js';
import { IntegerGroupTable } from './integer-group-table.js';

export function createGroupTable(schema: Schema): GroupTable {
  const [first, second] = schema.fields;
  const layout = first === undefined || second !== undefined ? null : layoutOf(first.type);
  return layout === 'int32' || layout === 'int64' ? new IntegerGroupTable(schema, layout) : new AnyGroupTable(schema);
}
