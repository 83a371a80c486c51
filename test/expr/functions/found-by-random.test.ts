/** What random expressions once found to differ from PostgreSQL, and the like of it. */
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { createOracle } from '../oracle.js';
import { crossGrid } from './cross-grid.js';

const database = await testDatabase();

test('a float exactly between two decimals becomes the even one', async () => {
  const grid = await createOracle(
    database,
    crossGrid({
      r: ['real', '32769.25', '-32769.25', '32769.75', '0.5', '1.5', '8388608.5', '16777217', '1e10', '2.5e-7', 'NaN'],
      f: ['double precision', '4503599627370495.5', '-4503599627370494.5', '2251799813685248.25', '0.1', '1e300'],
    }),
  );
  expect(await grid.compare(['r::numeric', 'f::numeric', '(r + 0.25::real)::numeric', '(f * 2)::numeric'])).toEqual([]);
});

test('what is compared with NULL in a list is computed all the same', async () => {
  const grid = await createOracle(
    database,
    crossGrid({ i: ['integer', null, '1', '5'], j: ['integer', '0', '2', null] }),
  );
  expect(
    await grid.compare(['i IN (1 / j, 7)', 'i IN (1 / j, 5, 7)', 'i IN (j, 5)', 'i NOT IN (1 / j)', 'i IN (5, 1 / j)']),
  ).toEqual([]);
});

test('capture 1 of a pattern without captures is all of it', async () => {
  const grid = await createOracle(
    database,
    crossGrid({ t: ['text', 'ab12', '', null], n: ['integer', '0', '1', '2'] }),
  );
  expect(
    await grid.compare(["regexp_substr(t, '\\d+', 1, 1, '', n)", "regexp_instr(t, '\\d+', 1, 1, 0, 'i', n)"]),
  ).toEqual([]);
});
