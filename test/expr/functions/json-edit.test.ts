/** jsonb `||` and `-` against PostgreSQL: every pair of a scalar, an array and an object, empty ones too. */
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { createOracle } from '../oracle.js';
import { crossGrid } from './cross-grid.js';

const values = [
  '{"b": 1, "aa": [1, 2.50, "x"], "a": null, "é": "ü\\n\\"", "": {"z": {}}}',
  '{"a": {"c": [10, ", "]}, "aa": 2, "longer": true}',
  '[1, [2, "a"], {"a": "b"}, "a", "aa", null, "é"]',
  '[]',
  '{}',
  '"a"',
  '1.500',
  'null',
  'true',
] as const;

const database = await testDatabase();
const text = ['text', 'a', 'aa', 'é', '', 'ü\n"', 'b', null] as const;
const json = ['jsonb', ...values, null] as const;

test('values joined', async () => {
  const oracle = await createOracle(database, crossGrid({ j: json, k: json, t: text }));
  expect(
    await oracle.compare([
      'j || k',
      `j || '{"z": 1, "a": [2]}'`,
      `'[0]' || j`,
      `jsonb_build_object('a', j) || k`,
      'j || NULL',
      // With a text it is the text of the value.
      'j || t',
      't || j',
      `(j || k) - 'aa'`,
    ]),
  ).toEqual([]);
});

test('keys and elements taken away', async () => {
  const places = ['integer', '0', '1', '-1', '6', '-7', '-8', '2147483647', '-2147483648', null] as const;
  const oracle = await createOracle(database, crossGrid({ j: json, t: text, i: places }));
  expect(await oracle.compare(['j - t', "j - 'a'", 'j - i', 'j - 0', "j - 'a' - 'b'"])).toEqual([]);
});
