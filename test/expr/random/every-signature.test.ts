/**
 * Every signature of the catalog over the grid, compared with PostgreSQL: a function that is added without anything else is
 * compared too, and one that cannot be has to be named here, with the file that compares it.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { functionNames } from '../../../src/expr/catalog.js';
import { testDatabase } from '../../support/test-database.js';
import { createOracle } from '../oracle.js';
import { columns, leftOut, productions, type Production } from './expression-generator.js';
import { isOnPurpose, randomGrid } from './random-grid.js';

/** Calls of one signature: arguments take turns, so that different columns meet. */
const CALLS = 8;

/** What the generator leaves out (`leftOut` says why) is compared by hand. */
const byHand = ['test/expr/number-grid.test.ts', 'test/expr/functions/datetime.test.ts'];

const oracle = await createOracle(await testDatabase(), randomGrid);
const byName = new Map<string, Production[]>();
for (const production of productions())
  byName.set(production.name, [...(byName.get(production.name) ?? []), production]);

test('nothing is left uncompared', () => {
  const sources = byHand.map((file) => readFileSync(file, 'utf8')).join('\n');
  const missing = functionNames().filter(
    (name) => !byName.has(name) && !(leftOut.has(name) && isWritten(name, sources)),
  );
  expect(missing).toEqual([]);
});

test.each([...byName])('%s', async (_, signatures) => {
  const lines = await oracle.compare([...new Set(signatures.flatMap(callsOf))]);
  expect(lines.filter((line) => !isOnPurpose(line))).toEqual([]);
  const isRefused = (call: string): boolean => lines.some((line) => line.startsWith(`${call}: type ETL-`));
  expect(signatures.filter((signature) => callsOf(signature).every(isRefused))).toEqual([]);
});

function isWritten(name: string, sources: string): boolean {
  return /^[a-z]/.test(name) ? new RegExp(`\\b${name}\\b`, 'i').test(sources) : sources.includes(` ${name} `);
}

function callsOf(production: Production): string[] {
  const choices = production.args.map((arg) =>
    typeof arg === 'string' ? columns[arg as keyof typeof columns]! : arg.constants,
  );
  const hasColumn = production.args.some((arg) => typeof arg === 'string');
  return Array.from({ length: hasColumn ? CALLS : 1 }, (_, turn) =>
    // The first argument changes with each call, the second with every other one, and so on.
    production.print(choices.map((list, at) => list[Math.floor(turn / (at + 1)) % list.length]!)),
  );
}
