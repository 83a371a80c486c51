import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ByteWriter } from '../../../src/columnar/byte-writer.js';
import { jsonKeys, rowJsonWriter } from '../../../src/columnar/write-row-json.js';
import { createLineWriter } from '../../../src/connectors/print/write-lines.js';
import { batchOf } from '../../columnar/cells.js';

const directory = mkdtempSync(join(tmpdir(), 'etl-print-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A named pipe: [reading end, writing end]. */
function pipe(name: string): [number, number] {
  const path = join(directory, name);
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return [reader, openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)];
}

test('a row is a JSON object, a row of no columns an empty one', () => {
  const out = new ByteWriter();
  const batch = batchOf(
    { id: { kind: 'int64' }, 'a "b"': { kind: 'text' } },
    ['9223372036854775807', null],
    ['1', 'x\ny'],
  );
  for (const row of [0, 1]) rowJsonWriter(batch, jsonKeys(batch.schema))(row, out);
  rowJsonWriter(batchOf({}, []), [])(0, out);
  expect(out.view().toString()).toBe('{"id":9223372036854775807,"a \\"b\\"":null}{"id":1,"a \\"b\\"":"x\\ny"}{}');
});

test('lines go to a file whole', async () => {
  const path = join(directory, 'file');
  const fd = openSync(path, 'w');
  expect(await createLineWriter(fd).write(Buffer.from('a\nb\n'))).toBe(true);
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe('a\nb\n');
});

test('a full pipe is waited for, and what two writers send is not mixed within a line', async () => {
  const [reader, fd] = pipe('full');
  const lines = (letter: string): string[] =>
    Array.from({ length: 2000 }, (_, i) => `${letter}${i} ${letter.repeat(i % 90)}`);
  const [a, b] = [lines('a'), lines('b')];
  const done = Promise.all(
    [a, b].map((all) => createLineWriter(fd).write(Buffer.from(all.map((line) => `${line}\n`).join('')))),
  );
  let text = '';
  let finished = false;
  void done.then(() => (finished = true));
  const chunk = Buffer.alloc(1 << 16);
  while (!finished || text.length < [...a, ...b].join('\n').length + 1) {
    await new Promise((resolve) => setImmediate(resolve));
    try {
      text += chunk.toString('utf8', 0, readSync(reader, chunk));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
    }
  }
  expect(await done).toEqual([true, true]);
  const got = text.trimEnd().split('\n');
  expect(got.filter((line) => line.startsWith('a'))).toEqual(a);
  expect(got.filter((line) => line.startsWith('b'))).toEqual(b);
  closeSync(fd);
  closeSync(reader);
});

test('a reader that has gone ends the writing, not the run', async () => {
  const [reader, fd] = pipe('gone');
  closeSync(reader);
  const writer = createLineWriter(fd);
  expect(await writer.write(Buffer.from('a\n'))).toBe(false);
  expect(await writer.write(Buffer.from('b\n'))).toBe(false);
  closeSync(fd);
});
