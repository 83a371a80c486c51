/** All linters, each to its end, so that one run shows everything: style, format, walls and cycles, unused code. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './setup.mjs';

/** @type {[name: string, args: string[]][]} */
const linters = [
  ['eslint', ['--max-warnings=0', '.']],
  ['prettier', ['--check', '--log-level=warn', '.']],
  ['depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'src', 'commands']],
  ['knip', ['--no-progress']],
];

let failed = 0;
for (const [name, args] of linters) {
  const result = spawnSync(path.join(root, 'node_modules', '.bin', name), args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.stderr.write(`${result.status === 0 ? 'ok    ' : 'FAILED'} ${name}\n`);
  if (result.status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
