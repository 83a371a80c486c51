import { int64ToNumber, type Column } from '../../columnar/column.js';

/** The double nearest to a number of any type; NaN for what is none (the planner lets only numbers pass). */
export function numberOf(column: Column): (row: number) => number {
  switch (column.layout) {
    case 'int32':
    case 'float64': {
      const { values } = column;
      return (row) => values[row];
    }
    case 'int64':
      return (row) => int64ToNumber(column.words, row);
    case 'decimal128': {
      const { words } = column;
      const scale = 10 ** (column.type.kind === 'decimal' ? column.type.scale : 0);
      return (row) => {
        const at = 4 * row;
        const high = words[at + 3] * 2 ** 96 + (words[at + 2] >>> 0) * 2 ** 64;
        return (high + (words[at + 1] >>> 0) * 2 ** 32 + (words[at] >>> 0)) / scale;
      };
    }
    case 'bytes': {
      const { data, offsets } = column;
      return (row) =>
        Number(
          Buffer.from(data.buffer, data.byteOffset + offsets[row], offsets[row + 1] - offsets[row]).toString('latin1'),
        );
    }
    default:
      return () => NaN;
  }
}
