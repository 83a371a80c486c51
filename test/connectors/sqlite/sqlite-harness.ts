/** Plans and runs the sqlite source and sink as parent and slot would, on files of a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { rowCount, type Batch, type Schema } from '../../../src/columnar/batch.js';
import { isValid } from '../../../src/columnar/column.js';
import { cellText } from '../../../src/columnar/js-value.js';
import { typeName } from '../../../src/columnar/data-type.js';
import { defaultSettings } from '../../../src/config/settings.js';
import type {
  ReadPlan,
  SinkContext,
  SinkPlan,
  SinkWriter,
  SlotContext,
  SourceBlock,
  SourceDescription,
} from '../../../src/connectors/connector.js';
import { sqlitePlanner } from '../../../src/connectors/sqlite/catalog.js';
import { sqliteConfig } from '../../../src/connectors/sqlite/config.js';
import { loadDriver } from '../../../src/connectors/sqlite/load-driver.js';
import type { Database } from '../../../src/connectors/sqlite/open-database.js';
import { planSqliteSink } from '../../../src/connectors/sqlite/plan-sink.js';
import { sqliteSink } from '../../../src/connectors/sqlite/sink.js';
import { sqliteSource } from '../../../src/connectors/sqlite/source.js';
import { splitAt, splitCount } from '../../../src/split/split-at.js';

const Driver = await loadDriver();

/** Call at the top level of a test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'etl-sqlite-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file of this SQL; the connection is open, for looking at what was written. */
export function makeDatabase(file: string, sql: string): Database {
  const database = new Driver(file);
  database.exec(sql);
  afterAll(() => void database.close());
  return database;
}

export const slotContext: SlotContext = {
  settings: defaultSettings,
  runId: 'run-1',
  slot: 0,
  logicalTimeMs: 0,
  baseDir: '/',
  mainPid: process.pid,
  networkBytes: 1 << 26,
  log: () => undefined,
};

export interface ReadResult {
  readonly description: SourceDescription;
  readonly plan: ReadPlan;
  readonly rows: (string | null)[][];
  readonly rejected: string[];
  readonly batches: number[];
}

type SourceWish = Partial<Omit<SourceBlock, 'own'>> & { readonly own: Record<string, unknown> };

export async function readAll(
  file: string,
  wish: SourceWish,
  settings: Record<string, unknown> = {},
): Promise<ReadResult> {
  const context = { settings: { ...defaultSettings, ...settings }, runId: 'run-1', baseDir: '/' };
  const catalog = await sqlitePlanner.open(sqliteConfig.connection.parse({ url: file }) as never, context);
  const block: SourceBlock = {
    id: 's',
    columns: null,
    where: null,
    split: null,
    fetchSize: 8192,
    consistency: null,
    params: {},
    ...wish,
    own: sqliteConfig.source.parse(wish.own) as never,
  };
  try {
    const description = await catalog.describe(block);
    const columns = block.columns ?? description.schema.fields.map((field) => field.name);
    const plan = await catalog.planRead(block, description, { columns, filters: [], limit: null, parallelism: 2 });
    const reader = await sqliteSource.openSource(JSON.parse(JSON.stringify(plan.params)), {
      ...slotContext,
      settings: context.settings,
    });
    const result: ReadResult = { description, plan, rows: [], rejected: [], batches: [] };
    for (let index = 0n; index < splitCount(plan.splits); index++) {
      const batches = reader.read(splitAt(plan.splits, index), {
        attempt: { vertex: 'v', split: Number(index), attempt: 1 },
        snapshot: null,
        limit: null,
        signal: new AbortController().signal,
        reject: (sqlState, message, text) => void result.rejected.push(`${sqlState} ${message} ${text}`),
      });
      for await (const batch of batches) {
        result.batches.push(rowCount(batch));
        result.rows.push(...rowsOf(batch));
      }
    }
    await reader.close();
    return result;
  } finally {
    await catalog.close();
  }
}

export function rowsOf(batch: Batch): (string | null)[][] {
  return Array.from({ length: batch.length }, (_, row) =>
    batch.columns.map((column) => (isValid(column, row) ? cellText(column, row) : null)),
  );
}

export function shownSchema(schema: Schema): string[] {
  return schema.fields.map((field) => `${field.name} ${typeName(field.type)}${field.nullable ? '' : ' not null'}`);
}

export async function planSink(file: string, schema: Schema, block: Record<string, unknown>): Promise<SinkPlan> {
  return planSqliteSink.plan({
    sink: { id: 'out', own: sqliteConfig.sink.parse(block) as never },
    connection: { url: file },
    input: schema,
    expression: () => {
      throw new Error('no expressions here');
    },
    context: { settings: defaultSettings, runId: 'run-1', baseDir: '/' },
    parallelism: 2,
  });
}

export interface OpenedSink {
  readonly plan: SinkPlan;
  readonly writer: SinkWriter;
  readonly rejected: string[];
  written: number;
  waitedMs: number;
}

export interface SinkOptions {
  readonly settings?: Record<string, number>;
  readonly failOnReject?: boolean;
  readonly runId?: string;
}

export async function openSink(
  file: string,
  schema: Schema,
  block: Record<string, unknown>,
  options: SinkOptions = {},
): Promise<OpenedSink> {
  const plan = await planSink(file, schema, block);
  const opened = { plan, rejected: [] as string[], written: 0, waitedMs: 0 };
  const context: SinkContext = {
    ...slotContext,
    settings: { ...defaultSettings, ...options.settings },
    runId: options.runId ?? 'run-1',
    subtask: 0,
    sinkId: 'out',
    reject: (batch, row, error) => {
      opened.rejected.push(`${rowsOf(batch)[row].join('|')}: ${error.code} ${error.sqlState} ${error.message}`);
      if (options.failOnReject === true) throw new Error(error.message);
    },
    written: (rows) => void (opened.written += rows),
    waited: (ms) => void (opened.waitedMs += ms),
  };
  const writer = await sqliteSink.openSink(JSON.parse(JSON.stringify(plan.params)), schema, context, []);
  return Object.assign(opened, { writer });
}

export async function writeSplit(
  sink: OpenedSink,
  split: number,
  batches: readonly Batch[],
  attempt = 1,
): Promise<void> {
  await sink.writer.beginSplit({ vertex: 'v', split, attempt });
  for (const batch of batches) await sink.writer.write(batch);
  await sink.writer.endSplit();
}

/** One run: a split for each list of batches, then commit. */
export async function writeRun(
  file: string,
  schema: Schema,
  block: Record<string, unknown>,
  splits: readonly (readonly Batch[])[],
  options: SinkOptions = {},
): Promise<OpenedSink> {
  const sink = await openSink(file, schema, block, options);
  for (const [split, batches] of splits.entries()) await writeSplit(sink, split, batches);
  await sink.writer.close();
  await sqliteSink.commit!(
    sink.plan.params,
    splits.map(() => null),
    { ...slotContext, runId: options.runId ?? 'run-1' },
  );
  return sink;
}
