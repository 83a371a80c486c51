import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { sqliteDriver } from '../../../scripts/sqlite-driver.mjs';
import { driverName } from '../../../src/connectors/sqlite/load-driver.js';
import { schemaOf } from '../redis/sink-harness.js';
import { planSink, temporaryFolder } from './sqlite-harness.js';

const folder = temporaryFolder();

test('a file that is no database: ETL-4214', async () => {
  const file = path.join(folder, 'rubbish.db');
  writeFileSync(file, 'this is not a database, and it is long enough to be read as one'.repeat(20));
  await expect(planSink(file, schemaOf({ id: 'int64' }), { table: 't' })).rejects.toMatchObject({ code: 'ETL-4214' });
});

test('without the driver: ETL-4113, and how to install it', async () => {
  vi.resetModules();
  vi.doMock(driverName, () => {
    throw new Error('Cannot find package');
  });
  const { openDatabase } = await import('../../../src/connectors/sqlite/open-database.js');
  await expect(openDatabase(path.join(folder, 'x.db'), { side: 'sink' })).rejects.toMatchObject({
    code: 'ETL-4113',
    hint: expect.stringContaining(`npm install ${driverName}@`) as string,
  });
  vi.doUnmock(driverName);
});

test('scripts and slots choose the same driver', () => {
  expect(sqliteDriver).toBe(driverName);
});
