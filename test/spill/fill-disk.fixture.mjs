/**
 * Writes runs until something refuses, then prints the error and what is left of the files.
 *
 *     node fill-disk.fixture.mjs <directory> <bytes of a batch> <batches of a run>
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BytesBuilder } from '../../dist/src/columnar/bytes-builder.js';
import { RunWriter } from '../../dist/src/spill/run-writer.js';
import { SpillSpace } from '../../dist/src/spill/spill-space.js';

const [directory, batchBytes, batchCount] = process.argv.slice(2);
const space = new SpillSpace({
  runId: 'filling',
  slot: 0,
  ownerPid: process.pid,
  directories: [directory],
  maxBytes: null,
  compression: 'none',
});
const schema = { fields: [{ name: 'x', type: /** @type {const} */ ({ kind: 'bytea' }), nullable: true }] };
const builder = new BytesBuilder({ kind: 'bytea' });
builder.appendBytes(new Uint8Array(Number(batchBytes)), 0, Number(batchBytes));
const batch = { schema, columns: [builder.finish()], length: 1, selection: null };

let runs = 0;
/** @type {unknown} */
let error = null;
const open = [];
try {
  for (;;) {
    const writer = await RunWriter.create(space, { schema, label: 'full', vertex: 'v', attempt: 0, partitionCount: 1 });
    open.push(writer);
    for (let i = 0; i < Number(batchCount); i++) await writer.append(batch);
    if (Number(batchCount) > 0) await writer.seal({ durable: true });
    runs++;
  }
} catch (thrown) {
  error = thrown;
}
if (Number(batchCount) === 0) open.slice(0, 8).forEach((writer) => writer.discard());
const sizes = readdirSync(directory, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
const onDisk = sizes.reduce((sum, size) => sum + size, 0);
process.stdout.write(JSON.stringify({ runs, error, files: sizes.length, onDisk, usedBytes: space.usedBytes }));
space.close();
