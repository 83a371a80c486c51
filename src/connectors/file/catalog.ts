/** Plans reading files: which there are, what columns they have, one split for each. Reads the first rows of the first file. */
import { resolve } from 'node:path';
import { typeName } from '../../columnar/data-type.js';
import { formatBytes } from '../../config/units.js';
import { EtlError } from '../../errors/etl-error.js';
import { typeFromName } from '../../expr/type-from-name.js';
import type {
  JsonObject,
  PlanContext,
  ReadPlan,
  ReadRequest,
  SourceBlock,
  SourceDescription,
  SourcePlanner,
} from '../connector.js';
import { openArrow } from './arrow-input.js';
import { openBytes } from './byte-source.js';
import type { FileSourceBlock } from './config.js';
import { createCsvScanner } from './csv-rows.js';
import { formatOf } from './file-format.js';
import { findFiles, type FoundFile } from './find-files.js';
import { inferCsv, inferJson, SAMPLE_ROWS, type Sample } from './infer-columns.js';
import { readFirst, startOfText } from './read-first.js';
import { RowSlab } from './row-slab.js';
import { fieldOf, isGzip, type CsvOptions, type FileColumn, type FileSourceParams } from './source-params.js';

/** The catalog's findings for `planRead`. */
interface Found {
  readonly files: readonly string[];
  readonly kind: FileSourceParams['kind'];
  readonly csv: CsvOptions;
  readonly columns: readonly FileColumn[];
}

export const planFiles: SourcePlanner = {
  open: async (_connection, context) => ({
    describe: (source) => describe(source, context),
    planRead: async (source, description, read) => planRead(source, description, read),
    close: async () => undefined,
  }),
};

async function describe(source: SourceBlock, context: PlanContext): Promise<SourceDescription> {
  const block = source.own as unknown as FileSourceBlock;
  refuseForeignKeys(source);
  const files = await findFiles(typeof block.path === 'string' ? [block.path] : block.path, context.baseDir);
  const what = `source "${source.id}"`;
  const { kind, delimiter } = sourceFormat(files[0].path, block, what);
  for (const { path } of files) {
    if (block.format === undefined && sourceFormat(path, block, what).kind !== kind) {
      throw new EtlError('ETL-4111', `${what}: ${files[0].path} and ${path} are of different formats`, {
        at: source.at,
        hint: 'make two sources of them and a union',
      });
    }
  }
  const csv: CsvOptions = { header: block.header, delimiter, quote: block.quote, nullValue: block.nullValue };
  const first = files.find((file) => file.bytes > 0) ?? files[0];
  const sample = await readColumns(source, block, first, kind, csv, context);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const found: Found = { files: files.map((file) => file.path), kind, csv, columns: sample.columns };
  return {
    schema: { fields: sample.columns.map(fieldOf) },
    rowEstimate: estimateRows(sample, files, block),
    bytesEstimate: bytes,
    pushdown: { dialect: null, projection: true, limit: true },
    notes: [
      `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`,
      ...(block.schema === undefined ? [foundNote(kind, sample, first)] : []),
    ],
    own: found as unknown as JsonObject,
  };
}

function sourceFormat(
  path: string,
  block: FileSourceBlock,
  what: string,
): { readonly kind: FileSourceParams['kind']; readonly delimiter: string } {
  const { kind, delimiter } = formatOf(path, block, 'ETL-4111', what);
  return { kind: kind === 'arrow-stream' ? 'arrow' : kind, delimiter };
}

function foundNote(kind: FileSourceParams['kind'], { columns, rows }: Sample, { path }: FoundFile): string {
  const where = kind === 'arrow' ? path : `the first ${Math.min(rows, SAMPLE_ROWS)} rows of ${path}`;
  return `columns found in ${where}: ${columns.map((column) => `${column.name} ${typeName(column.type)}`).join(', ')}`;
}

function refuseForeignKeys({ id, where, split, consistency, at }: SourceBlock): void {
  const refuse = (message: string, hint: string): never => {
    throw new EtlError('ETL-4111', `source "${id}": ${message}`, { at, hint });
  };
  if (where !== null) refuse('a file cannot evaluate "where"', 'use a filter step');
  const isOnePerFile = split?.strategy === 'values' && split.values === undefined && split.column === undefined;
  if (split !== null && split.strategy !== 'none' && !isOnePerFile) {
    refuse('files are not cut: each is one split', 'leave "split" out, or cut the files');
  }
  if (consistency === 'snapshot') refuse('files have no snapshot', 'leave "consistency" out');
}

async function readColumns(
  source: SourceBlock,
  block: FileSourceBlock,
  file: FoundFile,
  kind: FileSourceParams['kind'],
  csv: CsvOptions,
  context: PlanContext,
): Promise<Sample> {
  if (kind === 'arrow') return readArrowColumns(source, block, file, context);
  const declared = declaredColumns(source, block);
  if (declared !== null && (kind === 'ndjson' || !csv.header))
    return { columns: declared, rows: 0, bytes: 0, whole: false };
  const bytes = await openBytes(
    resolve(context.baseDir, file.path),
    isGzip(file.path, block.compression ?? null),
    file.path,
  );
  try {
    const slab = new RowSlab(bytes, context.settings['source.max-row-bytes']);
    await startOfText(slab, file.path);
    if (declared === null) return await (kind === 'csv' ? inferCsv(slab, csv, file.path) : inferJson(slab, file.path));
    const header = await readFirst(slab, createCsvScanner(csv), csv, file.path);
    checkHeader(header, declared, file, source);
    return { columns: declared, rows: 0, bytes: 0, whole: false };
  } finally {
    await bytes.close();
  }
}

/** An Arrow file says what its columns are; its first batch tells about how many rows there are. */
async function readArrowColumns(
  { id, at }: SourceBlock,
  { schema }: FileSourceBlock,
  file: FoundFile,
  { baseDir }: PlanContext,
): Promise<Sample> {
  if (schema !== undefined) {
    throw new EtlError('ETL-4111', `source "${id}": an Arrow file has a schema of its own`, {
      at,
      hint: 'leave "schema" out; a select step casts columns',
    });
  }
  const input = await openArrow(resolve(baseDir, file.path), file.path);
  try {
    const columns = input.schema.fields.map(({ name, type }, position) => ({ name, type, position }));
    const first = await input.sample();
    return first === null ? { columns, rows: 0, bytes: 0, whole: true } : { columns, ...first, whole: false };
  } finally {
    await input.close();
  }
}

/** A file without any line has no rows, and no columns to miss. */
function checkHeader(
  header: readonly string[],
  declared: readonly FileColumn[],
  { path }: FoundFile,
  { at }: SourceBlock,
): void {
  for (const { name } of header.length === 0 ? [] : declared) {
    const position = header.indexOf(name);
    if (position >= 0 && header.indexOf(name, position + 1) < 0) continue;
    throw new EtlError('ETL-4123', `${path} has ${position < 0 ? 'no column' : 'two columns'} "${name}"`, {
      at,
      hint: `its header is ${header.slice(0, 50).join(', ')}`,
    });
  }
}

function declaredColumns(source: SourceBlock, { schema }: FileSourceBlock): readonly FileColumn[] | null {
  if (schema === undefined) return null;
  return Object.entries(schema).map(([name, text], position) => {
    const type = typeFromName(text);
    if (type === null) {
      throw new EtlError('ETL-4123', `source "${source.id}": the type "${text}" of column "${name}" is unknown`, {
        at: source.at,
        hint: 'types are those of PostgreSQL: bigint, text, numeric(10,2), timestamptz, text[] …',
      });
    }
    return { name, type, position };
  });
}

/** Exact where all was read, else from the size of the files; null for packed files and without a sample. */
function estimateRows(sample: Sample, files: readonly FoundFile[], block: FileSourceBlock): number | null {
  if (sample.whole && files.length === 1) return sample.rows;
  if (sample.rows === 0 || files.some((file) => isGzip(file.path, block.compression ?? null))) return null;
  return Math.round((files.reduce((sum, file) => sum + file.bytes, 0) / sample.bytes) * sample.rows);
}

function planRead(source: SourceBlock, { own }: SourceDescription, { columns }: ReadRequest): ReadPlan {
  const found = own as unknown as Found;
  const block = source.own as unknown as FileSourceBlock;
  const wanted = columns.map((name) => found.columns.find((column) => column.name === name)!);
  const params: FileSourceParams = {
    kind: found.kind,
    compression: block.compression ?? null,
    csv: found.csv,
    columns: wanted,
    width: found.columns.length,
    batchRows: source.fetchSize,
  };
  return {
    params: params as unknown as JsonObject,
    schema: { fields: wanted.map(fieldOf) },
    splits: { strategy: 'values', items: found.files },
    sql: null,
    consistency: 'live',
    notes: [],
  };
}
