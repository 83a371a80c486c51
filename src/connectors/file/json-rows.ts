/**
 * NDJSON lines into builders: a column takes the member of its name; a missing one is NULL, others are passed over.
 *
 * json columns keep the value's own bytes, so numbers keep all their digits. Other columns read a string's text or a
 * number's digits as PostgreSQL reads them; a JSON array fits an array column, any value fits text.
 */
import { skipSpace, skipValue } from '../../columnar/check-json.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import type { BytesBuilder, ColumnBuilder, ListBuilder } from '../../columnar/column-builder.js';
import type { DataType } from '../../columnar/data-type.js';
import { unescape } from '../../columnar/jsonb-text.js';
import { textParser, type TextParser } from '../../columnar/parse-text.js';
import { ValueError } from '../../columnar/row-errors.js';
import { inColumn } from './csv-rows.js';
import { JsonScanner } from './json-scanner.js';
import type { RowReader } from './row-reader.js';
import type { FileColumn } from './source-params.js';

const LF = 10;

export class JsonRows implements RowReader {
  readonly lines = 1;
  private readonly scanner: JsonScanner;
  private readonly parsers: readonly TextParser[];

  constructor(private readonly columns: readonly FileColumn[]) {
    this.scanner = new JsonScanner(columns.map((column) => column.name));
    this.parsers = columns.map((column) => jsonParser(column.type));
  }

  next(bytes: Buffer, start: number, end: number, ended: boolean): number {
    return nextLine(bytes, start, end, ended);
  }

  isBlank(bytes: Buffer, start: number, behind: number): boolean {
    return skipSpace(bytes, start, behind) === behind;
  }

  append(bytes: Buffer, start: number, behind: number, builders: readonly ColumnBuilder[]): void {
    const { scanner } = this;
    const problem = scanner.scan(bytes, start, behind);
    if (problem !== null) throw new ValueError('22P02', problem);
    for (let i = 0; i < builders.length; i++) {
      const from = scanner.starts[i];
      if (from < 0 || isNull(bytes, from)) builders[i].appendNull();
      else {
        try {
          this.parsers[i](bytes, from, scanner.ends[i], builders[i]);
        } catch (error) {
          throw inColumn(error, this.columns[i].name);
        }
      }
    }
  }

  startSkip(): void {}

  skip(bytes: Buffer, start: number, end: number): number {
    return nextLine(bytes, start, end, false);
  }
}

/** The offset behind the line at `start`, or -1. */
export function nextLine(bytes: Buffer, start: number, end: number, ended: boolean): number {
  const at = bytes.indexOf(LF, start);
  if (at >= 0 && at < end) return at + 1;
  return ended && start < end ? end : -1;
}

/** Reads a JSON value that is not null as the column's type. */
function jsonParser(type: DataType): TextParser {
  const parse = textParser(type);
  if (type.kind === 'jsonb') return parse;
  // The line has been checked already.
  if (type.kind === 'json')
    return (bytes, start, end, builder) => (builder as BytesBuilder).appendBytes(bytes, start, end);
  const scratch = new ByteWriter(64);
  const parseScalar: TextParser = (bytes, start, end, builder) => {
    if (bytes[start] !== 34) return parse(bytes, start, end, builder);
    if (!hasBackslash(bytes, start + 1, end - 1)) return parse(bytes, start + 1, end - 1, builder);
    scratch.clear();
    unescape(bytes, start + 1, end - 1, scratch);
    parse(scratch.bytes, 0, scratch.length, builder);
  };
  if (type.kind !== 'list') return parseScalar;
  const parseElement = jsonParser(type.element);
  return (bytes, start, end, builder) => {
    if (bytes[start] !== 91) return parseScalar(bytes, start, end, builder);
    const list = builder as ListBuilder;
    for (let at = skipSpace(bytes, start + 1, end); bytes[at] !== 93;) {
      if (bytes[at] === 44) at = skipSpace(bytes, at + 1, end);
      const behind = skipValue(bytes, at, end);
      if (isNull(bytes, at)) list.child.appendNull();
      else parseElement(bytes, at, behind, list.child);
      at = skipSpace(bytes, behind, end);
    }
    list.endList();
  };
}

/** A valid value that begins with n is null. */
function isNull(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 110;
}

function hasBackslash(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 92) return true;
  return false;
}
