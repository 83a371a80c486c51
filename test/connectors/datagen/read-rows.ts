/** Plans a datagen source and reads its splits, as the coordinator and a slot would. */
import type { Batch } from '../../../src/columnar/batch.js';
import { defaultSettings } from '../../../src/config/settings.js';
import type { ReadPlan, SourceBlock, SourceDescription } from '../../../src/connectors/connector.js';
import { datagenPlanner } from '../../../src/connectors/datagen/catalog.js';
import { datagenConfig } from '../../../src/connectors/datagen/config.js';
import { datagenSource } from '../../../src/connectors/datagen/source.js';
import { splitAt, splitCount } from '../../../src/split/split-at.js';
import { rowsOf } from '../sqlite/sqlite-harness.js';
import { attempt, slotContext } from '../file/contexts.js';

export interface ReadWish extends Partial<Omit<SourceBlock, 'own'>> {
  readonly limit?: number;
  readonly parallelism?: number;
}

export interface ReadResult {
  readonly description: SourceDescription;
  readonly plan: ReadPlan;
  readonly batches: readonly Batch[];
  /** As text, split after split. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** `own` is the block as YAML gives it. */
export async function readRows(own: Record<string, unknown>, wish: ReadWish = {}): Promise<ReadResult> {
  const catalog = await datagenPlanner.open(null, { settings: defaultSettings, runId: 'run', baseDir: '/' });
  const { limit = null, parallelism = 1, ...common } = wish;
  const source: SourceBlock = {
    id: 's',
    columns: null,
    where: null,
    split: null,
    fetchSize: 8192,
    consistency: null,
    params: {},
    ...common,
    own: datagenConfig.source.strict().parse(own) as never,
  };
  const description = await catalog.describe(source);
  const columns = source.columns ?? description.schema.fields.map((field) => field.name);
  const plan = await catalog.planRead(source, description, { columns, filters: [], limit, parallelism });
  await catalog.close();
  const reader = await datagenSource.openSource(JSON.parse(JSON.stringify(plan.params)), slotContext('/'));
  const batches: Batch[] = [];
  for (let index = 0n; index < splitCount(plan.splits); index++) {
    const read = reader.read(splitAt(plan.splits, index), {
      attempt: attempt(Number(index)),
      snapshot: null,
      limit,
      signal: new AbortController().signal,
      reject: () => undefined,
    });
    for await (const batch of read) batches.push(batch);
  }
  await reader.close();
  return { description, plan, batches, rows: batches.flatMap((batch) => rowsOf(batch)) };
}
