/** What is said when a user's module, or the function in it, cannot be had. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { EtlError } from '../../../src/errors/etl-error.js';
import { loadUserFunction } from '../../../src/operators/functions/load-user-function.js';

const directory = mkdtempSync(path.join(tmpdir(), 'etl-functions-'));
afterAll(() => rmSync(directory, { recursive: true }));

function moduleOf(name: string, text: string): string {
  writeFileSync(path.join(directory, name), text);
  return `./${name}`;
}

async function refusal(module: string, name = 'clean'): Promise<EtlError> {
  return loadUserFunction(module, name, directory).then(
    () => expect.fail('was loaded'),
    (error: EtlError) => error,
  );
}

test('a function is found beside the job', async () => {
  const module = moduleOf('good.mjs', 'export function clean(row) { return { id: row.id }; }');
  const clean = await loadUserFunction(module, 'clean', directory);
  expect(clean({ id: 1n, name: 'x' })).toEqual({ id: 1n });
});

test('a function that the module does not export: the ones it does', async () => {
  const module = moduleOf('other.mjs', 'export const limit = 3; export const tidy = (row) => row; export class Row {}');
  const { code, message, hint } = await refusal(module);
  expect([code, message]).toEqual(['ETL-3090', './other.mjs exports no function "clean"']);
  expect(hint).toBe('it exports tidy, Row');
});

test('a module without functions', async () => {
  expect((await refusal(moduleOf('data.mjs', 'export const clean = 3;'))).hint).toBe('it exports no function at all');
});

test.each([
  ['is not there', () => './absent.mjs', /^cannot load function "clean" of \.\/absent\.mjs: .*absent\.mjs/],
  ['throws', () => moduleOf('throws.mjs', 'throw new Error("no licence");'), /: no licence$/],
  ['does not parse', () => moduleOf('broken.mjs', 'export function {'), /^cannot load function "clean" of /],
])('a module that %s', async (_case, make, message) => {
  const error = await refusal(make());
  expect(error.code).toBe('ETL-3090');
  expect(error.message).toMatch(message);
});
