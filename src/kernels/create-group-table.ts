/** The group table that fits the keys. */
import type { Schema } from '../columnar/batch.js';
import { layoutOf } from '../columnar/data-type.js';
import { AnyGroupTable } from './any-group-table.js';
import { BytesGroupTable } from './bytes-group-table.js';
import { comparesAsBytes } from './equal-rows.js';
import type { GroupTable } from './group-table.js';
import { IntegerGroupTable } from './integer-group-table.js';

export function createGroupTable(schema: Schema): GroupTable {
  const [first, ...others] = schema.fields;
  if (first === undefined || others.length > 0) return new AnyGroupTable(schema);
  const layout = layoutOf(first.type);
  if (layout === 'int32' || layout === 'int64') return new IntegerGroupTable(schema, layout);
  return layout === 'bytes' && comparesAsBytes(first.type) ? new BytesGroupTable(schema) : new AnyGroupTable(schema);
}
