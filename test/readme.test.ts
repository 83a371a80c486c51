/** What the README shows is true: its job file validates, its commands and flags exist, its scripts and links are there. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { exitCodes } from '../src/errors/code-entry.js';
import { runEtl, testDirectory } from './support/run-etl.js';

const readme = readFileSync('README.md', 'utf8');
const directory = testDirectory();

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text!);
}

test('the job file that it shows is valid', async () => {
  const jobs = blocks('yaml');
  expect(jobs.length).toBeGreaterThan(0);
  for (const [i, text] of jobs.entries()) {
    const file = path.join(directory, `readme-${i}.yaml`);
    writeFileSync(file, text);
    const { code, stdout, stderr } = await runEtl(['validate', file]);
    expect([code, stdout + stderr]).toEqual([0, expect.any(String)]);
  }
});

test('the scripts that it names are scripts of the package', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/npm (?:run (?<run>[a-z:]+)|(?<test>test))\b/g)].map(
    ({ groups }) => groups!.run ?? groups!.test!,
  );
  expect(named.length).toBeGreaterThan(3);
  expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test('every command and flag of its table is in the help', async () => {
  const rows = [...readme.matchAll(/^\| `etl (?<command>[a-z]+)(?<usage>[^`]*)`/gm)];
  expect(rows.length).toBeGreaterThan(5);
  for (const { groups } of rows) {
    if (groups!.command === 'help') continue;
    const { code, stdout } = await runEtl([groups!.command!, '--help']);
    expect(code).toBe(0);
    const flags = [...groups!.usage!.matchAll(/(?<![a-z])--?[a-zA-Z][a-z-]*/g)].map(([flag]) => flag);
    expect(flags.filter((flag) => !stdout.includes(flag))).toEqual([]);
  }
});

test('the help topics that it names answer', async () => {
  const topics = [...readme.matchAll(/`etl help (?<topic>[A-Za-z0-9-]+)`/g)].map(({ groups }) => groups!.topic!);
  expect(topics.length).toBeGreaterThan(3);
  for (const topic of new Set(topics)) {
    const { code, stdout } = await runEtl(['help', topic]);
    expect([topic, code, stdout.length > 20]).toEqual([topic, 0, true]);
  }
});

test('its exit codes are those of the registry', () => {
  const section = readme.slice(readme.indexOf('## Exit codes'), readme.indexOf('## Stable'));
  const named = [...section.matchAll(/(\d+) ([a-z-]+)/g)].map(([, code, name]) => [name!, Number(code)]);
  expect(named.length).toBeGreaterThan(10);
  expect(Object.fromEntries(named)).toEqual(
    Object.fromEntries(named.map(([name]) => [name, exitCodes[name as keyof typeof exitCodes]])),
  );
});

test('its links lead to files', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)(?<target>[^)#]+)\)/g)].map(({ groups }) => groups!.target!);
  expect(links.filter((target) => !existsSync(target))).toEqual([]);
});
