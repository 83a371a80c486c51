/** Plans and reads the table as a job would: catalog, split, slot's reader; prints the number of rows. */
import { defaultSettings } from '../../dist/src/config/settings.js';
import { planner } from '../../dist/src/connectors/postgres/catalog.js';
import { source } from '../../dist/src/connectors/postgres/source.js';
import { splitAt } from '../../dist/src/split/split-at.js';

const [url, read] = process.argv.slice(2);
const settings = defaultSettings;
const catalog = await planner.open({ url }, { settings, runId: 'bench', baseDir: '/' });
/** @type {import('../../src/connectors/connector.js').SourceBlock} */
const block = {
  id: 'orders',
  own: { table: 'orders', read },
  columns: null,
  where: null,
  split: { strategy: 'none' },
  fetchSize: 8192,
  consistency: null,
  params: {},
};
const description = await catalog.describe(block);
const columns = description.schema.fields.map(({ name }) => name);
const plan = await catalog.planRead(block, description, { columns, filters: [], limit: null, parallelism: 1 });
const reader = await source.openSource(plan.params, {
  settings,
  runId: 'bench',
  slot: 0,
  logicalTimeMs: 0,
  baseDir: '/',
  mainPid: process.pid,
  networkBytes: 0,
  log() {},
});
let rows = 0;
const batches = reader.read(splitAt(plan.splits, 0), {
  attempt: { vertex: 'v', split: 0, attempt: 0 },
  snapshot: (await catalog.holdSnapshot?.(null)) ?? null,
  limit: null,
  signal: new AbortController().signal,
  reject(_state, message) {
    throw new Error(message);
  },
});
for await (const batch of batches) rows += batch.length;
await reader.close();
await catalog.close();
process.stdout.write(`${rows}\n`);
