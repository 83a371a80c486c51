/** The beginning of a file: its byte order mark, and the header line of a CSV file. */
import { EtlError } from '../../errors/etl-error.js';
import { headerNames } from './csv-rows.js';
import type { CsvScanner } from './csv-scanner.js';
import type { RowSlab } from './row-slab.js';
import type { CsvOptions } from './source-params.js';

/** Reads the first window and passes over a UTF-8 mark. @throws EtlError ETL-4121 for UTF-16. */
export async function startOfText(slab: RowSlab, file: string): Promise<void> {
  while (slab.end < 3 && !slab.ended) await slab.more();
  const { bytes, end } = slab;
  if (end >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) slab.at = 3;
  const mark = end >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfeff || mark === 0xfffe) {
    throw new EtlError('ETL-4121', `cannot read ${file}: it is UTF-16`, {
      hint: 'convert it: iconv -f UTF-16 -t UTF-8',
    });
  }
}

/** The names of the header line, which is passed over; none of an empty file. */
export async function readFirst(
  slab: RowSlab,
  scanner: CsvScanner,
  options: CsvOptions,
  file: string,
): Promise<readonly string[]> {
  for (;;) {
    const behind = scanner.next(slab.bytes, slab.at, slab.end, slab.ended);
    if (behind >= 0) {
      if (scanner.problem !== null)
        throw new EtlError('ETL-4123', `the header of ${file} cannot be read: ${scanner.problem}`);
      const names = headerNames(scanner, slab.bytes, options);
      if (names.some((name, i) => scanner.flags[i] === 0 && name.includes('\r'))) {
        throw new EtlError('ETL-4123', `the lines of ${file} end with a carriage return alone`, {
          hint: "convert it: tr '\\r' '\\n'",
        });
      }
      slab.at = behind;
      return names;
    }
    if (slab.ended) return [];
    if (slab.full) throw new EtlError('ETL-4123', `the header of ${file} is longer than source.max-row-bytes`);
    await slab.more();
  }
}
