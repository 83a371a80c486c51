/**
 * One replaceable cell for each group, of any type, in the arrays of a column: `order` functions and `takeColumn` work on it
 * as on any other. Bytes lie one behind the other, longer ones at the end; what they leave behind is squeezed out in time.
 */
import { grown } from '../../columnar/base-builder.js';
import { sizeOfColumn } from '../../columnar/batch-size.js';
import { bitmapBytes, clearBit, getBit, setBit } from '../../columnar/bitmap.js';
import { isValid, type BytesColumn, type Column, type ListColumn } from '../../columnar/column.js';
import { copyBytes } from '../../columnar/copy-bytes.js';
import { layoutOf, type DataType } from '../../columnar/data-type.js';
import { concatColumns } from '../../columnar/concat-columns.js';
import { takeColumn } from '../../columnar/take.js';

export interface CellStore {
  readonly bytesPerGroup: number;
  readonly bytes: number;
  resize(capacity: number): void;
  clear(): void;
  /** The cell of row `row` becomes that of the group. */
  set(group: number, column: Column, row: number): void;
  /** Where the group's cell is, for an order of cells: `order(store.column(g), store.rowOf(g), …)`. */
  column(group: number): Column;
  rowOf(group: number): number;
  isNull(group: number): boolean;
  take(groups: Int32Array): Column;
}

export function cellStore(type: DataType): CellStore {
  switch (layoutOf(type)) {
    case 'bytes':
      return bytesStore(type);
    case 'list':
      return listStore(type);
    default:
      return fixedStore(type);
  }
}

function fixedStore(type: DataType): CellStore {
  let validity = new Uint8Array(0);
  let column = emptyColumn(type, 0, validity);
  return {
    bytesPerGroup: 17,
    bytes: 0,
    resize(capacity) {
      validity = grown(validity, new Uint8Array(bitmapBytes(capacity)));
      const larger = emptyColumn(type, capacity, validity);
      arrayOf(larger).set(arrayOf(column));
      column = larger;
    },
    clear() {
      validity = new Uint8Array(0);
      column = emptyColumn(type, 0, validity);
    },
    set(group, source, row) {
      if (!isValid(source, row)) {
        clearBit(validity, group);
        return;
      }
      setBit(validity, group);
      copyCell(source, row, column, group);
    },
    column: () => column,
    rowOf: (group) => group,
    isNull: (group) => !getBit(validity, group),
    take: (groups) => takeColumn(column, groups),
  };
}

function bytesStore(type: DataType): CellStore {
  // Two offsets a group, its start and its end: cell `2 * group` of a column of bytes.
  let offsets = new Int32Array(1);
  let validity = new Uint8Array(0);
  let data: Uint8Array = new Uint8Array(0);
  let used = 0;
  let live = 0;
  let count = 0;
  let column: BytesColumn = { layout: 'bytes', type, length: 0, validity, offsets, data };
  const refresh = (): void => {
    column = { layout: 'bytes', type, length: 2 * count, validity, offsets, data };
  };
  /** Room for `more` bytes at the end. */
  const reserve = (more: number): void => {
    if (used + more <= data.length) return;
    const old = data;
    data = Buffer.allocUnsafeSlow(Math.max(2 * (live + more), 256));
    used = 0;
    for (let group = 0; group < count; group++) {
      const start = offsets[2 * group];
      const end = offsets[2 * group + 1];
      copyBytes(old, start, end, data, used);
      offsets[2 * group] = used;
      used += end - start;
      offsets[2 * group + 1] = used;
    }
    refresh();
  };
  return {
    bytesPerGroup: 9,
    get bytes() {
      return data.length;
    },
    resize(capacity) {
      count = capacity;
      offsets = grown(offsets, new Int32Array(2 * capacity + 1));
      validity = grown(validity, new Uint8Array(bitmapBytes(2 * capacity)));
      refresh();
    },
    clear() {
      count = used = live = 0;
      offsets = new Int32Array(1);
      validity = data = new Uint8Array(0);
      refresh();
    },
    set(group, source, row) {
      const { offsets: from, data: bytes } = source as BytesColumn;
      const isPresent = isValid(source, row);
      const length = isPresent ? from[row + 1] - from[row] : 0;
      const old = offsets[2 * group + 1] - offsets[2 * group];
      if (length > old) {
        // The old cell is no more: it is not to be copied.
        offsets[2 * group + 1] = offsets[2 * group];
        live -= old;
        reserve(length);
        offsets[2 * group] = used;
        used += length;
        live += length;
      } else live += length - old;
      offsets[2 * group + 1] = offsets[2 * group] + length;
      if (isPresent) {
        setBit(validity, 2 * group);
        copyBytes(bytes, from[row], from[row + 1], data, offsets[2 * group]);
      } else clearBit(validity, 2 * group);
    },
    column: () => column,
    rowOf: (group) => 2 * group,
    isNull: (group) => !getBit(validity, 2 * group),
    take: (groups) =>
      takeColumn(
        column,
        groups.map((group) => 2 * group),
      ),
  };
}

/** Lists are rare: a column of one row for each. */
function listStore(type: DataType): CellStore {
  const none: Column = { ...emptyList(type), length: 1, validity: new Uint8Array(1), offsets: new Int32Array(2) };
  let cells: Column[] = [];
  let bytes = 0;
  return {
    bytesPerGroup: 160,
    get bytes() {
      return bytes;
    },
    resize: () => undefined,
    clear() {
      cells = [];
      bytes = 0;
    },
    set(group, source, row) {
      const old = cells[group] as Column | undefined;
      if (old !== undefined) bytes -= sizeOfColumn(old, new Set());
      cells[group] = takeColumn(source, Int32Array.of(row));
      bytes += sizeOfColumn(cells[group], new Set());
    },
    column: (group) => cells[group] ?? none,
    rowOf: () => 0,
    isNull: (group) => !isValid(cells[group] ?? none, 0),
    take: (groups) => concatColumns([...groups].map((group) => cells[group] ?? none)),
  };
}

type FixedColumn = Exclude<Column, BytesColumn | ListColumn>;

function emptyColumn(type: DataType, length: number, validity: Uint8Array): FixedColumn {
  const base = { type, length, validity };
  const layout = layoutOf(type);
  switch (layout) {
    case 'bits':
      return { ...base, layout, values: new Uint8Array(bitmapBytes(length)) };
    case 'int32':
      return { ...base, layout, values: new Int32Array(length) };
    case 'float64':
      return { ...base, layout, values: new Float64Array(length) };
    case 'int64': {
      const values = new BigInt64Array(length);
      return { ...base, layout, values, words: new Int32Array(values.buffer) };
    }
    case 'decimal128':
    case 'interval':
      return { ...base, layout, words: new Int32Array(4 * length) };
    default:
      throw new TypeError(`${layout} has no fixed width`);
  }
}

function emptyList(type: DataType): ListColumn {
  const child = takeColumn(
    cellStore(type.kind === 'list' ? type.element : type).take(new Int32Array(0)),
    new Int32Array(0),
  );
  return { layout: 'list', type, length: 0, validity: null, offsets: new Int32Array(1), child };
}

function arrayOf(column: FixedColumn): Uint8Array | Int32Array | Float64Array {
  return 'words' in column ? column.words : column.values;
}

function copyCell(from: Column, row: number, to: FixedColumn, at: number): void {
  if (to.layout === 'bits') {
    if (getBit((from as typeof to).values, row)) setBit(to.values, at);
    else clearBit(to.values, at);
    return;
  }
  if (to.layout === 'int32' || to.layout === 'float64') {
    to.values[at] = (from as typeof to).values[row];
    return;
  }
  const perRow = to.layout === 'int64' ? 2 : 4;
  const { words } = from as typeof to;
  for (let word = 0; word < perRow; word++) to.words[perRow * at + word] = words[perRow * row + word];
}
