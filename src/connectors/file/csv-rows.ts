/** CSV records into builders: fields by position, an unquoted `nullValue` is NULL. */
import type { ColumnBuilder } from '../../columnar/column-builder.js';
import { textParser, type TextParser } from '../../columnar/parse-text.js';
import { ValueError } from '../../columnar/row-errors.js';
import { EtlError } from '../../errors/etl-error.js';
import { CsvScanner, unquote } from './csv-scanner.js';
import type { RowReader } from './row-reader.js';
import type { CsvOptions, FileColumn } from './source-params.js';

export function createCsvScanner({ delimiter, quote }: CsvOptions): CsvScanner {
  return new CsvScanner(delimiter.charCodeAt(0), quote === '' ? -1 : quote.charCodeAt(0));
}

export class CsvRows implements RowReader {
  private readonly parsers: readonly TextParser[];
  private readonly positions: Int32Array;
  private readonly quote: number;
  private readonly nullValue: Buffer;
  private scratch: Buffer = Buffer.alloc(256);

  /** `header`: the names of this file's fields, or null where it has none. */
  constructor(
    private readonly scanner: CsvScanner,
    options: CsvOptions,
    private readonly columns: readonly FileColumn[],
    header: readonly string[] | null,
    private readonly width: number,
    file: string,
  ) {
    this.parsers = columns.map((column) => textParser(column.type));
    this.positions = Int32Array.from(columns, (column) =>
      header === null ? column.position : positionOf(header, column.name, file),
    );
    this.quote = options.quote === '' ? -1 : options.quote.charCodeAt(0);
    this.nullValue = Buffer.from(options.nullValue);
  }

  get lines(): number {
    return this.scanner.lines;
  }

  next(bytes: Buffer, start: number, end: number, ended: boolean): number {
    return this.scanner.next(bytes, start, end, ended);
  }

  isBlank(): boolean {
    const { scanner } = this;
    return this.width > 1 && scanner.count === 1 && scanner.starts[0] === scanner.ends[0] && scanner.flags[0] === 0;
  }

  append(bytes: Buffer, _start: number, _behind: number, builders: readonly ColumnBuilder[]): void {
    const { scanner } = this;
    if (scanner.problem !== null) throw new ValueError('22P04', scanner.problem);
    if (scanner.count !== this.width) {
      throw new ValueError('22P04', `it has ${scanner.count} fields, where ${this.width} are expected`);
    }
    const { starts, ends, flags } = scanner;
    for (let i = 0; i < builders.length; i++) {
      const field = this.positions[i];
      const flag = flags[field];
      if (flag === 0) {
        if (this.isNull(bytes, starts[field], ends[field])) {
          builders[i].appendNull();
          continue;
        }
      }
      try {
        if ((flag & 2) === 0) this.parsers[i](bytes, starts[field], ends[field], builders[i]);
        else this.appendUnquoted(i, bytes, starts[field], ends[field], builders[i]);
      } catch (error) {
        throw inColumn(error, this.columns[i].name);
      }
    }
  }

  startSkip(): void {
    this.scanner.startSkip();
  }

  skip(bytes: Buffer, start: number, end: number): number {
    return this.scanner.skip(bytes, start, end);
  }

  private appendUnquoted(column: number, bytes: Buffer, start: number, end: number, builder: ColumnBuilder): void {
    if (this.scratch.length < end - start) this.scratch = Buffer.alloc(2 * (end - start));
    const length = unquote(bytes, start, end, this.quote, this.scratch);
    this.parsers[column](this.scratch, 0, length, builder);
  }

  private isNull(bytes: Buffer, start: number, end: number): boolean {
    const { nullValue } = this;
    if (end - start !== nullValue.length) return false;
    for (let i = 0; i < nullValue.length; i++) if (bytes[start + i] !== nullValue[i]) return false;
    return true;
  }
}

/** The names in a header line; a field without one is called by its place, `column3`. */
export function headerNames(scanner: CsvScanner, bytes: Buffer, options: CsvOptions): readonly string[] {
  const quote = options.quote === '' ? -1 : options.quote.charCodeAt(0);
  return Array.from({ length: scanner.count }, (_, i) => {
    const name = fieldText(scanner, bytes, i, quote);
    return name === '' ? `column${i + 1}` : name;
  });
}

/** A field as a string; for headers and samples. */
export function fieldText(scanner: CsvScanner, bytes: Buffer, field: number, quote: number): string {
  const [start, end] = [scanner.starts[field], scanner.ends[field]];
  if ((scanner.flags[field] & 2) === 0) return bytes.toString('utf8', start, end);
  const target = Buffer.alloc(end - start);
  return target.toString('utf8', 0, unquote(bytes, start, end, quote, target));
}

/** The same error, naming the column. */
export function inColumn(error: unknown, column: string): unknown {
  return error instanceof ValueError ? new ValueError(error.sqlState, `column ${column}: ${error.message}`) : error;
}

function positionOf(header: readonly string[], name: string, file: string): number {
  const position = header.indexOf(name);
  if (position >= 0 && header.indexOf(name, position + 1) < 0) return position;
  const problem = position < 0 ? `has no column "${name}"` : `has two columns "${name}"`;
  throw new EtlError('ETL-4105', `${file} ${problem}; its header is ${header.slice(0, 50).join(', ')}`);
}
