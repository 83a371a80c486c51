/** A cell as a table shows it: one line, nothing in it that a terminal would obey, and not without end. */
import type { Batch } from '../../columnar/batch.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import { isValid } from '../../columnar/column.js';
import { textWriter } from '../../columnar/write-text.js';
import { printable } from '../../text/printable.js';
import { truncate } from '../../text/text-width.js';

/** Wider cells are cut: no terminal shows more, and the rows of a table wait in memory. */
const WIDEST = 500;
/** Of a long text, no more is decoded: four bytes a character at the most. */
const MOST_BYTES = 4 * WIDEST;

/** For one batch: the cells of a row. */
export function cellTexts({ columns }: Batch): (row: number) => string[] {
  const out = new ByteWriter(256);
  const writers = columns.map(textWriter);
  return (row) =>
    columns.map((column, i) => {
      if (!isValid(column, row)) return 'NULL';
      out.clear();
      writers[i](row, out);
      const bytes = out.view();
      const text = bytes.toString('utf8', 0, Math.min(bytes.length, MOST_BYTES));
      return truncate(printable(bytes.length > MOST_BYTES ? `${text}…` : text), WIDEST);
    });
}
