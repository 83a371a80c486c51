/**
 * `npm run demo`: from a fresh clone to rows in a file, with nothing but Node. Installs what is missing, builds, makes the
 * sample shop, runs jobs/quickstart.yaml in four processes, shows the first rows it wrote, then a join with groups.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

const output = path.join(root, '.data', 'paid-orders');

ensureInstalled();
ensureBuilt();
const { makeSampleShop } = await import('./sample-shop.mjs');
await makeSampleShop(path.join(root, '.data', 'shop.db'));
rmSync(output, { recursive: true, force: true });

let status = runJob('quickstart');
if (status === 0) {
  await showRows(5);
  process.stdout.write('\n');
  status = runJob('revenue-by-country');
}
process.exitCode = status;

/** @param {string} name */
function runJob(name) {
  const command = ['run', `jobs/${name}.yaml`, '-p', '4'];
  process.stdout.write(`$ etl ${command.join(' ')}\n`);
  return spawnSync(process.execPath, ['bin/run.js', ...command], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

/** @param {number} count */
async function showRows(count) {
  const [first] = readdirSync(output)
    .filter((name) => name.startsWith('part-'))
    .sort();
  const file = path.join(output, first);
  process.stdout.write(`\n$ head -${count} ${path.relative(root, file)}\n`);
  let shown = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    process.stdout.write(`${line}\n`);
    if (++shown === count) break;
  }
}
