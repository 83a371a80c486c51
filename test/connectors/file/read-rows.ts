/** Plans a file source and reads all its splits, as the coordinator and a slot would. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { typeName } from '../../../src/columnar/data-type.js';
import { isValid } from '../../../src/columnar/column.js';
import { defaultSettings, type Settings } from '../../../src/config/settings.js';
import { planFiles } from '../../../src/connectors/file/catalog.js';
import { fileConfig } from '../../../src/connectors/file/config.js';
import { fileSource } from '../../../src/connectors/file/source.js';
import type { JsonObject, SourceBlock, SourceDescription } from '../../../src/connectors/connector.js';
import { textOf } from '../../columnar/cells.js';
import { attempt, slotContext } from './contexts.js';

export interface ReadResult {
  readonly description: SourceDescription;
  /** `id bigint`, … */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rejects: readonly { sqlState: string; message: string; text: string }[];
  readonly batches: readonly number[];
  readonly items: readonly string[];
}

export interface ReadWish {
  readonly columns?: readonly string[];
  readonly limit?: number;
  readonly fetchSize?: number;
  readonly settings?: Partial<Settings>;
  readonly common?: Partial<SourceBlock>;
}

export function writeFiles(directory: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

export async function readRows(baseDir: string, own: object, wish: ReadWish = {}): Promise<ReadResult> {
  const settings: Settings = { ...defaultSettings, ...wish.settings };
  const source: SourceBlock = {
    id: 's',
    own: fileConfig.source.strict().parse(own) as unknown as JsonObject,
    columns: null,
    where: null,
    split: null,
    fetchSize: wish.fetchSize ?? 8192,
    consistency: null,
    params: {},
    ...wish.common,
  };
  const catalog = await planFiles.open(null, { settings, runId: 'run1', baseDir });
  const description = await catalog.describe(source);
  const columns = wish.columns ?? description.schema.fields.map((field) => field.name);
  const plan = await catalog.planRead(source, description, { columns, filters: [], limit: null, parallelism: 2 });
  await catalog.close();
  const items = plan.splits.strategy === 'values' ? plan.splits.items : [];
  const reader = await fileSource.openSource(plan.params, { ...slotContext(baseDir), settings });
  const rows: (string | null)[][] = [];
  const rejects: { sqlState: string; message: string; text: string }[] = [];
  const batches: number[] = [];
  for (const [index, item] of items.entries()) {
    const split = { index, lower: null, upper: null, openBelow: true, openAbove: true, nulls: false, item };
    const read = reader.read(split, {
      attempt: attempt(index),
      snapshot: null,
      limit: wish.limit ?? null,
      signal: new AbortController().signal,
      reject: (sqlState, message, text) => void rejects.push({ sqlState, message, text }),
    });
    for await (const batch of read) {
      batches.push(batch.length);
      for (let row = 0; row < batch.length; row++) {
        rows.push(batch.columns.map((column) => (isValid(column, row) ? textOf(column, row) : null)));
      }
    }
  }
  await reader.close();
  return {
    description,
    columns: plan.schema.fields.map((field) => `${field.name} ${typeName(field.type)}`),
    rows,
    rejects,
    batches,
    items,
  };
}
