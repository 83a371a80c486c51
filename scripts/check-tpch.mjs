/**
 * `npm run tpch -- --sf 1`: makes the tables of TPC-H at that scale factor in a temporary directory, loads them into a
 * throw-away PostgreSQL, and compares the answer of every job in jobs/tpch with what the specification's SQL gives there.
 *
 * It is test/jobs/tpch.test.ts, which `npm test` runs at 0.01. Scale factor 1 takes about 4 GB of disk while it runs.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

const { values } = parseArgs({ options: { sf: { type: 'string', default: '0.01' } } });

ensureInstalled();
ensureBuilt();
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/jobs/tpch.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TPCH_SF: values.sf },
});
process.exitCode = status ?? 1;
