/** The list of functions is complete, shown as it is in a file, and every name of it is compared with PostgreSQL somewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { functionNames } from '../../src/expr/catalog.js';
import { functionList } from '../../src/expr/function-list.js';

test('functions, operators and casts with their signatures (vitest -u writes the file)', async () => {
  const text = functionList()
    .map(({ name, signatures, refused }) =>
      [`${name}: ${signatures.join(' · ')}`, ...refused.map((line) => `  not ${line.signature}: ${line.advice}`)].join(
        '\n',
      ),
    )
    .join('\n');
  await expect(`${text}\n`).toMatchFileSnapshot('function-list.txt');
});

test('each function is named in a comparison with PostgreSQL', () => {
  const folder = path.resolve('test/expr');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && readFileSync(path.join(folder, name), 'utf8').includes('oracle'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8').toLowerCase())
    .join('\n');
  const called = functionNames().filter((name) => /^[a-z_0-9]+$/.test(name));
  expect(called.filter((name) => !new RegExp(`\\b${name}\\b`).test(sources))).toEqual([]);
});
