/** P8, F60, F62, F65: a disk that refuses ends in one clear error with exit 73, and leaves no half file. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { ErrorData } from '../../src/errors/etl-error.js';
import { openRun } from '../../src/spill/run-reader.js';
import { testDirectory } from '../support/run-etl.js';
import { failureOf, smallBatch, spaceIn, wideBatch, writeRun, writerIn } from './spill-support.js';

const directory = testDirectory();
const fixture = fileURLToPath(new URL('./fill-disk.fixture.mjs', import.meta.url));

interface Outcome {
  readonly runs: number;
  readonly error: ErrorData;
  readonly files: number;
  readonly onDisk: number;
  readonly usedBytes: number;
}

/** Fills a directory in a process with such a limit of the shell. */
async function fill(limit: string, where: string, batchBytes: number, batchCount: number): Promise<Outcome> {
  const script = `${limit} && exec "$@"`;
  const words = [process.execPath, fixture, where, String(batchBytes), String(batchCount)];
  const { stdout } = await promisify(execFile)('bash', ['-c', script, 'fill', ...words]);
  return JSON.parse(stdout) as Outcome;
}

test('a file may not be larger: the short write is finished by the error, the file is removed', async () => {
  const where = mkdtempSync(path.join(directory, 'limit-'));
  const outcome = await fill('ulimit -f 600', where, 100_000, 20); // blocks of 1 KiB
  expect(outcome.error.code).toBe('ETL-6101');
  expect(outcome.error.message).toMatch(
    /^cannot write [\d.]+ KiB more to spill file \/\S+\.arrows\.tmp: it would be larger than a file may be \(EFBIG\)$/,
  );
  expect(outcome).toMatchObject({ runs: 0, files: 0, onDisk: 0, usedBytes: 0 });
  expect(readdirSync(where)).toEqual([]);
});

test.runIf(process.platform === 'linux' && process.getuid?.() === 0)('the disk is full', async () => {
  const where = mkdtempSync(path.join(directory, 'tmpfs-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', where]);
  onTestFinished(() => void execFileSync('umount', [where]));
  const outcome = await fill('true', where, 100_000, 5);
  expect(outcome.error.code).toBe('ETL-6101');
  expect(outcome.error.message).toMatch(/^cannot write [\d.]+ KiB more to spill file .*: the disk is full \(ENOSPC\)$/);
  expect(outcome.error.hint).toContain('io.tmp.dirs');
  // Sealed runs stay, counted to the byte; the one that failed gave its space back.
  expect(outcome.runs).toBeGreaterThan(3);
  expect(outcome.files).toBe(outcome.runs);
  expect(outcome.usedBytes).toBe(outcome.onDisk);
  expect(readdirSync(where)).toEqual([]);
});

test('too many open files', async () => {
  const where = mkdtempSync(path.join(directory, 'files-'));
  const outcome = await fill('ulimit -n 64', where, 0, 0);
  expect(outcome.error).toMatchObject({ code: 'ETL-6102', hint: 'raise the limit of open files (ulimit -n)' });
  expect(outcome.error.message).toMatch(/^cannot open spill file .*: this process has too many open files \(EMFILE\)$/);
  expect(readdirSync(where)).toEqual([]);
});

test('a directory that is not there, or disappears', async () => {
  const absent = spaceIn(directory, { directories: [path.join(directory, 'absent')] });
  const error = await failureOf(() => writeRun(absent, [smallBatch(['1', 'a'])]));
  expect([error.code, error.kind]).toEqual(['ETL-6102', 'disk-full']);
  expect(error.message).toMatch(
    /^cannot use spill file \S+\/absent\/etl-spill\.\S+: there is no such file \(ENOENT\)$/,
  );

  const space = spaceIn(directory);
  const run = await writeRun(space, [smallBatch(['1', 'a'])]);
  const writer = await writerIn(space, wideBatch(1));
  rmSync(path.dirname(run.path), { recursive: true });
  expect((await failureOf(() => writeRun(space, [wideBatch(1)]))).code).toBe('ETL-6102');
  expect((await failureOf(() => writer.seal())).code).toBe('ETL-6102');
  expect((await failureOf(() => openRun(run))).code).toBe('ETL-6102');
  space.close();
});

test('a directory that cannot be written to', async () => {
  const parent = mkdtempSync(path.join(directory, 'read-only-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    // Permissions do not stop root.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', parent]);
    onTestFinished(() => void execFileSync('umount', [parent]));
  } else chmodSync(parent, 0o500);
  const error = await failureOf(() => writeRun(spaceIn(directory, { directories: [parent] }), [wideBatch(1)]));
  expect(error.code).toBe('ETL-6102');
  expect(error.message).toMatch(isRoot ? /the file system is read-only \(EROFS\)$/ : /permission denied \(EACCES\)$/);
});

test('a file that was removed while it is read stays readable to its end', async () => {
  const space = spaceIn(directory);
  const run = await writeRun(space, [wideBatch(10), wideBatch(20)]);
  const reader = await openRun(run);
  unlinkSync(run.path);
  expect((await reader.readBatch(1)).length).toBe(1);
  reader.close();
  space.close();
});
