/** How rows are found in a window of bytes and appended to builders: one reader for each format. */
import type { ColumnBuilder } from '../../columnar/column-builder.js';

export interface RowReader {
  /** Line breaks that the last row took. */
  readonly lines: number;
  /** The offset behind the row at `start`, its line break included, or -1 if the window does not hold all of it. */
  next(bytes: Buffer, start: number, end: number, ended: boolean): number;
  /** An empty line, which is no row. */
  isBlank(bytes: Buffer, start: number, behind: number): boolean;
  /** Appends the row that `next` found. @throws ValueError; then some builders hold the row and some do not. */
  append(bytes: Buffer, start: number, behind: number, builders: readonly ColumnBuilder[]): void;
  startSkip(): void;
  /** Passes over a row that is too long: the offset behind it, or -1 if it goes on. */
  skip(bytes: Buffer, start: number, end: number): number;
}
