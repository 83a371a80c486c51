/** Where each column of a batch message has its parts: so that some can be read, or decoded, without the others. */
import { ArrowError } from './arrow-error.js';
import type { ArrowField } from './arrow-type.js';
import { safeInt64, type FlatTable } from './flat-table.js';

/** The places of a column's first parts among those of the batch. */
export interface ColumnPlace {
  readonly node: number;
  readonly buffer: number;
  readonly variadic: number;
}

/** Of every field; then where the last one ends. */
export function columnPlaces(header: FlatTable, fields: readonly ArrowField[]): ColumnPlace[] {
  const counts = header.vector(4, 8) ?? { at: 0, length: 0 };
  const places: ColumnPlace[] = [{ node: 0, buffer: 0, variadic: 0 }];
  const behind = ({ node, buffer, variadic }: ColumnPlace, field: ArrowField): ColumnPlace => {
    const own = { node: node + 1, buffer: buffer + buffersOf(field), variadic };
    if (field.dictionary !== null) return own;
    if (field.type.kind !== 'utf8-view' && field.type.kind !== 'binary-view') return field.children.reduce(behind, own);
    if (variadic >= counts.length) throw new ArrowError('a column of views has no buffers');
    const more = safeInt64(header.view, counts.at + 8 * variadic);
    if (more < 0) throw new ArrowError('a column of views has no buffers');
    return { node: own.node, buffer: own.buffer + more, variadic: variadic + 1 };
  };
  for (const field of fields) places.push(behind(places.at(-1)!, field));
  return places;
}

/** Bytes `[from, to)` of the body that hold the columns `wanted`, in the order of the body. */
export function columnRanges(
  header: FlatTable,
  fields: readonly ArrowField[],
  wanted: readonly number[],
): { readonly from: number; readonly to: number }[] {
  const buffers = header.vector(2, 16) ?? { at: 0, length: 0 };
  const places = columnPlaces(header, fields);
  const ranges = wanted.map((column) => {
    let [from, to] = [Infinity, 0];
    for (let buffer = places[column].buffer; buffer < Math.min(places[column + 1].buffer, buffers.length); buffer++) {
      const at = buffers.at + 16 * buffer;
      const bytes = safeInt64(header.view, at + 8);
      if (bytes <= 0) continue;
      from = Math.min(from, safeInt64(header.view, at));
      to = Math.max(to, safeInt64(header.view, at) + bytes);
    }
    return { from, to };
  });
  return ranges.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
}

/** Without those of children, and those that only a count tells. */
function buffersOf({ type, dictionary }: ArrowField): number {
  if (dictionary !== null) return 2;
  switch (type.kind) {
    case 'null':
      return 0;
    case 'fixed-list':
      return 1;
    case 'utf8':
    case 'binary':
      return 3;
    default:
      return 2;
  }
}
