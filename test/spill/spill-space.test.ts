import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { processMark } from '../../src/spill/process-mark.js';
import { openRun } from '../../src/spill/run-reader.js';
import { removeSpillDirectories, spillParents, sweepSpillDirectories } from '../../src/spill/spill-directory.js';
import { testDirectory } from '../support/run-etl.js';
import { failureOf, smallBatch, spaceIn, wideBatch, writeRun, writerIn } from './spill-support.js';

const directory = testDirectory();
const fixture = fileURLToPath(new URL('./hold-spill.fixture.mjs', import.meta.url));

test('files go to the directories in turn; nothing is made before the first', async () => {
  const directories = ['a', 'b', 'c'].map((name) => path.join(directory, name));
  directories.forEach((name) => mkdirSync(name));
  const space = spaceIn(directory, { directories });
  expect(directories.flatMap((name) => readdirSync(name))).toEqual([]);
  const batch = smallBatch(['1', 'a']);
  const parents = [];
  for (let i = 0; i < 6; i++) parents.push(path.dirname(path.dirname((await writeRun(space, [batch])).path)));
  expect(parents).toEqual([...directories, ...directories]);
  expect(directories.map((name) => readdirSync(name).length)).toEqual([1, 1, 1]);
  space.close();
  expect(directories.flatMap((name) => readdirSync(name))).toEqual([]);
});

test('spill.max-bytes counts all files of the slot, and what is removed no more', async () => {
  const space = spaceIn(directory, { maxBytes: 20_000 });
  const first = await writeRun(space, [wideBatch(8000)]);
  const writer = await writerIn(space, wideBatch(1));
  await writer.append(wideBatch(8000));
  const used = space.usedBytes;
  const error = await failureOf(() => writer.append(wideBatch(8000)));
  expect([error.code, error.kind]).toEqual(['ETL-6101', 'disk-full']);
  expect(error.message).toMatch(
    /^cannot write 8\.\d+ KiB more to spill file \S+\.tmp: the slot has spilled 1\d\.\d+ KiB of the 19\.531 KiB that spill\.max-bytes leaves it$/,
  );
  // The file that failed is gone, the others are not.
  expect([space.usedBytes, space.peakBytes]).toEqual([first.bytes, used]);
  expect(readdirSync(path.dirname(first.path))).toEqual([path.basename(first.path)]);
  space.remove(first);
  expect(space.usedBytes).toBe(0);
  await writeRun(space, [wideBatch(8000), wideBatch(8000)]);
  space.close();
  expect(space.usedBytes).toBe(0);
});

test('no directory is named: the temporary one of the system', () => {
  expect(spillParents([])).toEqual([process.env.TMPDIR]);
  expect(spillParents(['/x/../y'])).toEqual(['/y']);
});

test('a start removes what killed runs left, and nothing else', async () => {
  const parent = mkdtempSync(path.join(directory, 'swept-'));
  const own = await writeRun(spaceIn(directory, { directories: [parent] }), [smallBatch(['1', 'a'])]);
  const [dead, live] = await Promise.all([holdSpill(parent), holdSpill(parent)]);
  dead.child.kill('SIGKILL');
  await once(dead.child, 'exit');

  const name = path.basename(live.folder);
  const keep = [
    // another host's; what only looks like ours; a link to something of value
    name.replace(/^etl-spill\.[0-9a-f]{8}/, 'etl-spill.00000000').replace(/\.\d+-/, '.999999999-'),
    'etl-spill.notes',
  ];
  keep.forEach((one) => mkdirSync(path.join(parent, one)));
  const target = mkdtempSync(path.join(directory, 'precious-'));
  writeFileSync(path.join(target, 'file'), 'x');
  const link = name.replace(/\.\d+-[0-9a-f]+-[0-9a-f]+\./, '.999999999-1-1.');
  symlinkSync(target, path.join(parent, link));

  expect(sweepSpillDirectories([parent, path.join(parent, 'absent')])).toEqual([dead.folder]);
  const left = [path.basename(path.dirname(own.path)), name, ...keep, link].sort();
  expect(readdirSync(parent).sort()).toEqual(left);
  expect(existsSync(path.join(target, 'file'))).toBe(true);
  expect(existsSync(live.file)).toBe(true);
  (await openRun(own)).close();

  // The number of a process that runs, but started at another time.
  const reused = name.replace(/\.\d+-[0-9a-f]+-/, `.${process.pid}-1-`);
  mkdirSync(path.join(parent, reused));
  expect(sweepSpillDirectories([parent])).toEqual([path.join(parent, reused)]);
  live.child.kill('SIGKILL');
  await once(live.child, 'exit');
});

test('a run ends: what its slots left goes, also of those that were killed', async () => {
  const parent = mkdtempSync(path.join(directory, 'ended-'));
  const slot = await holdSpill(parent, process.pid);
  const other = await holdSpill(parent);
  slot.child.kill('SIGKILL');
  await once(slot.child, 'exit');
  // The run goes on and may read what the slot had sealed.
  expect(sweepSpillDirectories([parent])).toEqual([]);
  expect(existsSync(slot.file)).toBe(true);
  expect(removeSpillDirectories([parent], 'another')).toEqual([]);
  expect(removeSpillDirectories([parent], 'held')).toEqual([slot.folder]);
  expect(existsSync(other.file)).toBe(true);
  other.child.kill('SIGKILL');
  await once(other.child, 'exit');
});

test('a process is told from a later one with its number', () => {
  expect(processMark(process.pid)).toBe(processMark(process.pid));
  expect(processMark(process.pid)).not.toBe(processMark(process.ppid));
  expect(processMark(999_999_999)).toBeNull();
});

async function holdSpill(
  parent: string,
  ownerPid?: number,
): Promise<{ child: ChildProcess; file: string; folder: string }> {
  const child = spawn(process.execPath, [fixture, parent, String(ownerPid ?? '')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return { child, file: line.trim(), folder: path.dirname(line.trim()) };
}
