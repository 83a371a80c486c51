/** Plans a source against a real server and reads its splits, as parent and slot would. */
import type { Batch } from '../../../src/columnar/batch.js';
import { textWriter } from '../../../src/columnar/write-text.js';
import { ByteWriter } from '../../../src/columnar/byte-writer.js';
import { isValid } from '../../../src/columnar/column.js';
import { defaultSettings, type Settings } from '../../../src/config/settings.js';
import type {
  JsonObject,
  ReadOptions,
  ReadPlan,
  ReadRequest,
  SlotContext,
  SourceBlock,
  SourceCatalog,
} from '../../../src/connectors/connector.js';
import { planner } from '../../../src/connectors/postgres/catalog.js';
import { source } from '../../../src/connectors/postgres/source.js';
import type { Split } from '../../../src/split/split.js';
import { splitAt, splitCount } from '../../../src/split/split-at.js';

export type Rows = (string | null)[][];

export const everything: Split = { index: 0, lower: null, upper: null, openBelow: true, openAbove: true, nulls: false };

export function settingsWith(changes: Partial<Settings> = {}): Settings {
  return { ...defaultSettings, ...changes };
}

export function block(own: JsonObject, changes: Partial<SourceBlock> = {}): SourceBlock {
  return {
    id: 'source',
    own,
    columns: null,
    where: null,
    split: null,
    fetchSize: 8192,
    consistency: null,
    params: {},
    ...changes,
  };
}

export async function openCatalog(
  connection: string | JsonObject,
  settings: Settings = settingsWith(),
): Promise<SourceCatalog> {
  const own = typeof connection === 'string' ? { url: connection } : connection;
  return planner.open(own, { settings, runId: 'run-1', baseDir: '/' });
}

export async function planOf(
  catalog: SourceCatalog,
  source: SourceBlock,
  read: Partial<ReadRequest> = {},
): Promise<ReadPlan> {
  const description = await catalog.describe(source);
  const columns = read.columns ?? source.columns ?? description.schema.fields.map(({ name }) => name);
  return catalog.planRead(source, description, { filters: [], limit: null, parallelism: 2, ...read, columns });
}

/** Plans with a catalog of its own. */
export async function planOnce(
  connection: string | JsonObject,
  source: SourceBlock,
  read: Partial<ReadRequest> = {},
  settings?: Settings,
): Promise<ReadPlan> {
  const catalog = await openCatalog(connection, settings);
  try {
    return await planOf(catalog, source, read);
  } finally {
    await catalog.close();
  }
}

export function slotContext(settings: Settings = settingsWith()): SlotContext {
  return {
    settings,
    runId: 'run-1',
    slot: 0,
    logicalTimeMs: 0,
    baseDir: '/',
    mainPid: process.pid,
    networkBytes: 1 << 24,
    log: () => undefined,
  };
}

export function readOptions(changes: Partial<ReadOptions> = {}): ReadOptions {
  return {
    attempt: { vertex: 'v1', split: 0, attempt: 0 },
    snapshot: null,
    limit: null,
    signal: new AbortController().signal,
    reject: (sqlState, message) => {
      throw new Error(`unexpected reject ${sqlState}: ${message}`);
    },
    ...changes,
  };
}

export function allSplits({ splits }: ReadPlan): Split[] {
  return Array.from({ length: Number(splitCount(splits)) }, (_, index) => splitAt(splits, index));
}

export async function readBatches(
  plan: ReadPlan,
  changes: Partial<ReadOptions> = {},
  settings?: Settings,
  splits = allSplits(plan),
): Promise<Batch[]> {
  const reader = await source.openSource(plan.params, slotContext(settings));
  const batches: Batch[] = [];
  try {
    for (const split of splits) {
      for await (const batch of reader.read(split, readOptions(changes))) batches.push(batch);
    }
    return batches;
  } finally {
    await reader.close();
  }
}

export async function readRows(plan: ReadPlan, changes: Partial<ReadOptions> = {}, settings?: Settings): Promise<Rows> {
  return rowsOf(await readBatches(plan, changes, settings));
}

/** Every cell in PostgreSQL's text. */
export function rowsOf(batches: readonly Batch[]): Rows {
  const out = new ByteWriter();
  return batches.flatMap((batch) => {
    const writers = batch.columns.map(textWriter);
    const rows =
      batch.selection === null ? Array.from({ length: batch.length }, (_, row) => row) : [...batch.selection];
    return rows.map((row) =>
      writers.map((write, column) => {
        if (!isValid(batch.columns[column], row)) return null;
        out.clear();
        write(row, out);
        return out.view().toString('utf8');
      }),
    );
  });
}
