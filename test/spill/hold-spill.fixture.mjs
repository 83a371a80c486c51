/**
 * Spills, prints the sealed file, and stays until it is killed.
 *
 *     node hold-spill.fixture.mjs <directory> [<owner pid>]
 */
import { createBuilder } from '../../dist/src/columnar/column-builder.js';
import { RunWriter } from '../../dist/src/spill/run-writer.js';
import { SpillSpace } from '../../dist/src/spill/spill-space.js';

const [directory, owner] = process.argv.slice(2);
const space = new SpillSpace({
  runId: 'held',
  slot: 0,
  ownerPid: Number(owner || process.pid),
  directories: [directory],
  maxBytes: null,
  compression: 'none',
});
const column = createBuilder({ kind: 'int32' }).finish();
const schema = { fields: [{ name: 'x', type: column.type, nullable: true }] };
const writer = await RunWriter.create(space, { schema, label: 'held', vertex: 'v', attempt: 0, partitionCount: 1 });
const { path } = await writer.seal();
process.stdout.write(`${path}\n`);
setInterval(() => undefined, 60_000);
