/** F60: whatever a run fills the disk with, it ends with exit 73, says which file and what next, and leaves nothing half. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { runEtl, runJobFile, testDirectory } from '../support/run-etl.js';

const directory = testDirectory();
const canMount = process.platform === 'linux' && process.getuid?.() === 0;

beforeAll(() => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `${i},${'x'.repeat(90)}${i}`);
  writeFileSync(path.join(directory, 'wide.csv'), ['id,t', ...lines].join('\n'));
});

/** A file system of its own with room for so much. */
function smallDisk(size: string): string {
  const where = mkdtempSync(path.join(directory, 'disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', where]);
  onTestFinished(() => void execFileSync('umount', [where]));
  return where;
}

function job(name: string, rest: string): string {
  const file = path.join(directory, `${name}.yaml`);
  const source = 'sources: {wide: {type: file, path: wide.csv, schema: {id: bigint, t: text}}}';
  writeFileSync(file, `name: ${name}\n${source}\n${rest}\n`);
  return file;
}

test.runIf(canMount).each([
  ['file', (disk: string) => `sinks: {out: {type: file, path: ${disk}/out.ndjson}}`],
  [
    'sqlite',
    (disk: string) =>
      `connections: {db: {type: sqlite, url: ${disk}/out.db}}\nsinks: {out: {connection: db, table: t, mode: replace, createTable: true}}`,
  ],
])('the disk of the %s sink', async (name, sinks) => {
  const disk = smallDisk('1m');
  const { code, end } = await runJobFile([job(`full-${name}`, sinks(disk))]);
  expect([code, end.exit.name]).toEqual([73, 'disk-full']);
  expect(end.error?.message).toContain(disk);
  expect(end.error?.hint).toBeDefined();
  expect(readdirSync(disk).filter((file) => !file.startsWith('out.db'))).toEqual([]);
});

test.runIf(canMount)('the disk for what spills', async () => {
  const disk = smallDisk('1m');
  const file = job('full-spill', 'steps: [{sort: [t]}]\nsinks: {out: {type: blackhole}}');
  const { code, end } = await runJobFile([file, '-D', `io.tmp.dirs=${disk}`]);
  expect([code, end.exit.name]).toEqual([73, 'disk-full']);
  expect(end.error?.message).toContain(disk);
  expect(end.error?.hint).toContain('io.tmp.dirs');
  expect(readdirSync(disk)).toEqual([]);
});

test.runIf(canMount)('the disk of the run folders: told, but no reason to fail', async () => {
  const disk = smallDisk('4k');
  writeFileSync(path.join(disk, 'filler'), Buffer.alloc(4096));
  const file = job('full-state', 'sinks: {out: {type: blackhole}}');
  const { code, stderr } = await runEtl(['run', file, '-D', `state.dir=${disk}`]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/the folder of this run, \S+, cannot be written: the disk is full \(ENOSPC\)/);
});
