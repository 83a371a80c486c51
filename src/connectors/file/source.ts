/**
 * Files into batches: one split a file, bytes straight into columns.
 *
 * A row that cannot be read is told with file and line and its own text; reading goes on with the next one.
 */
import { isUtf8 } from 'node:buffer';
import { resolve } from 'node:path';
import { MAX_BATCH_ROWS, TARGET_BATCH_BYTES, type Batch, type Schema } from '../../columnar/batch.js';
import { createBuilder, type ColumnBuilder } from '../../columnar/column-builder.js';
import { ValueError } from '../../columnar/row-errors.js';
import type { Split } from '../../split/split.js';
import type { JsonObject, ReadOptions, SlotContext, SourceModule, SourceReader } from '../connector.js';
import { openBytes } from './byte-source.js';
import { createCsvScanner, CsvRows } from './csv-rows.js';
import { JsonRows } from './json-rows.js';
import { readArrow } from './read-arrow.js';
import { readFirst, startOfText } from './read-first.js';
import type { RowReader } from './row-reader.js';
import { RowSlab } from './row-slab.js';
import { fieldOf, isGzip, type FileSourceParams } from './source-params.js';

/** Of a rejected row no more than this is kept. */
const SHOWN_BYTES = 1 << 16;

export const fileSource: SourceModule = {
  openSource: async (params: JsonObject, context: SlotContext): Promise<SourceReader> => {
    const planned = params as unknown as FileSourceParams;
    return {
      read: (split, options) => readFile(planned, context, split, options),
      close: async () => undefined,
    };
  },
};

async function* readFile(
  params: FileSourceParams,
  context: SlotContext,
  split: Split,
  options: ReadOptions,
): AsyncGenerator<Batch> {
  const file = split.item!;
  if (params.kind === 'arrow') {
    yield* readArrow(params, context, resolve(context.baseDir, file), file, options);
    return;
  }
  const source = await openBytes(resolve(context.baseDir, file), isGzip(file, params.compression), file);
  try {
    const slab = new RowSlab(source, context.settings['source.max-row-bytes']);
    await startOfText(slab, file);
    const { rows, line } = await openRows(params, slab, file);
    yield* readRows(slab, rows, line, file, params, options);
  } finally {
    await source.close();
  }
}

async function openRows(
  params: FileSourceParams,
  slab: RowSlab,
  file: string,
): Promise<{ rows: RowReader; line: number }> {
  if (params.kind === 'ndjson') return { rows: new JsonRows(params.columns), line: 1 };
  const scanner = createCsvScanner(params.csv);
  const header = params.csv.header ? await readFirst(slab, scanner, params.csv, file) : null;
  const width = header === null ? params.width : header.length;
  // A file without any line has no rows, and no columns to miss.
  const columns = header !== null && header.length === 0 ? [] : params.columns;
  return {
    rows: new CsvRows(scanner, params.csv, columns, header, width, file),
    line: 1 + (header === null ? 0 : scanner.lines),
  };
}

async function* readRows(
  slab: RowSlab,
  rows: RowReader,
  firstLine: number,
  file: string,
  params: FileSourceParams,
  options: ReadOptions,
): AsyncGenerator<Batch> {
  const schema: Schema = { fields: params.columns.map(fieldOf) };
  const batchRows = Math.min(MAX_BATCH_ROWS, params.batchRows);
  const builders = schema.fields.map((field) => createBuilder(field.type, batchRows));
  const allowed = options.limit ?? Infinity;
  let line = firstLine;
  let length = 0;
  let bytes = 0;
  let sent = 0;
  let skipping = false;

  const finish = (): Batch => {
    const batch = { schema, columns: builders.map((builder) => builder.finish()), length, selection: null };
    sent += length;
    length = bytes = 0;
    return batch;
  };

  const rejectLong = (at: number): void => {
    const text = shownRow(slab.bytes, at, Math.min(slab.end, at + 1000));
    options.reject('54000', `${file} line ${line}: it has more bytes than source.max-row-bytes allows`, text);
  };
  const passOver = (): void => {
    const behind = rows.skip(slab.bytes, slab.at, slab.end);
    skipping = behind < 0;
    slab.at = skipping ? slab.end : behind;
    if (!skipping) line += rows.lines;
  };

  do {
    options.signal.throwIfAborted();
    if (!slab.ended) await slab.more();
    if (skipping) passOver();
    while (!skipping && sent + length < allowed) {
      const { at } = slab;
      const behind = rows.next(slab.bytes, at, slab.end, slab.ended);
      if (behind < 0) break;
      slab.at = behind;
      if (behind - at > slab.maxRowBytes) rejectLong(at);
      else if (!rows.isBlank(slab.bytes, at, behind)) {
        const problem = appendRow(rows, slab, at, behind, builders, length);
        if (problem === null) {
          length++;
          bytes += behind - at;
        } else
          options.reject(
            problem.sqlState,
            `${file} line ${line}: ${problem.message}`,
            shownRow(slab.bytes, at, behind),
          );
      }
      line += rows.lines;
      if (length >= batchRows || bytes >= TARGET_BATCH_BYTES) {
        yield finish();
        options.signal.throwIfAborted();
      }
    }
    if (!skipping && slab.full) {
      rejectLong(slab.at);
      rows.startSkip();
      passOver();
    }
  } while (!slab.ended && sent + length < allowed);
  if (length > 0) yield finish();
}

function appendRow(
  rows: RowReader,
  slab: RowSlab,
  at: number,
  behind: number,
  builders: readonly ColumnBuilder[],
  length: number,
): ValueError | null {
  if (!slab.clean && !isUtf8(slab.bytes.subarray(at, behind))) {
    return new ValueError('22021', 'it is not UTF-8');
  }
  try {
    rows.append(slab.bytes, at, behind, builders);
    return null;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    for (const builder of builders) builder.truncate(length);
    return error;
  }
}

function shownRow(bytes: Buffer, start: number, end: number): string {
  const cut = Math.min(end, start + SHOWN_BYTES);
  return bytes.toString('utf8', start, cut).replace(/\r?\n$/, '');
}
