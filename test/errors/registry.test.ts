/** The registry of error codes, held against what provokes them, what throws them, and what explains them. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { helpTopic } from '../../src/cli/help-topic.js';
import { exitCodes } from '../../src/errors/code-entry.js';
import { registry, type ErrorCode } from '../../src/errors/registry.js';

const codes = Object.keys(registry) as ErrorCode[];
/** A test asks for it because there is no such code. */
const neverACode = 'ETL-9999';

/** Codes in the text of files, each with the files that have it. */
function codesIn(folders: readonly string[], isWanted: (file: string) => boolean): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(folder, name);
      if (!/\.(ts|mts|mjs|txt|snap|yaml|md|json)$/.test(name) || !isWanted(file)) continue;
      for (const [code] of readFileSync(file, 'utf8').matchAll(/ETL-\d{4}/g))
        found.set(code, [...(found.get(code) ?? []), file]);
    }
  }
  return found;
}

/** The scripts of the renderers say how an error looks; none of theirs ever happened. */
const provoked = codesIn(['test'], (file) => !/^test\/(cli\/(render|run-script)|errors|support)/.test(file));
const thrown = codesIn(['src', 'commands'], (file) => !file.startsWith('src/errors/codes/') && file.endsWith('.ts'));
const documented = codesIn(['.'], (file) => /^(README\.md|CHANGELOG\.md|conf\/|jobs\/|src\/.*\.md$)/.test(file));

test('the registry knows every code that the code, the tests or the documentation name', () => {
  const named = new Set([...thrown.keys(), ...provoked.keys(), ...documented.keys()]);
  expect([...named].filter((code) => !Object.hasOwn(registry, code))).toEqual([neverACode]);
});

test('every code is thrown somewhere', () => {
  expect(codes.filter((code) => !thrown.has(code))).toEqual([]);
});

test('every code is provoked by a script or test', () => {
  expect(codes.filter((code) => !provoked.has(code))).toEqual([]);
});

test('the list of codes has all of them, each once', () => {
  const lines = helpTopic('errors', {}, 200)!.split('\n');
  expect(lines.filter((line) => line.startsWith('ETL-')).map((line) => line.slice(0, 8))).toEqual(codes.toSorted());
});

describe('etl help CODE', () => {
  test.each(codes)('%s: what it means, its exit, what happens next', (code) => {
    const { kind, meaning } = registry[code];
    const text = helpTopic(code.toLowerCase(), {}, 200)!;
    expect(text).toContain(`${code}: ${meaning}\n`);
    expect(text).toContain(`exit   ${exitCodes[kind]} (${kind}): `);
    expect(text).toMatch(/^retry {2}\S/m);
  });
});
