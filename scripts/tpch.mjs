/**
 * The eight tables of TPC-H as CSV files, the same ones for the same seed on every machine:
 *
 *     node scripts/tpch.mjs --sf 0.01 --out .data/tpch [--seed 490] [--parts 4]
 *
 * `--sf 1` is about 1 GB. The jobs in jobs/tpch read them; `TPCH_DIR` says where they are.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_SEED, generateTpch } from './tpch/generate.mjs';

const { values } = parseArgs({
  options: {
    sf: { type: 'string', default: '0.01' },
    out: { type: 'string', default: '.data/tpch' },
    seed: { type: 'string', default: String(DEFAULT_SEED) },
    parts: { type: 'string', default: '4' },
  },
});

try {
  const scaleFactor = numberOf('sf', values.sf, 0.01, 1000);
  const seed = numberOf('seed', values.seed, 0, 2 ** 31);
  const parts = numberOf('parts', values.parts, 1, 1000);
  if (!Number.isInteger(seed) || !Number.isInteger(parts)) throw new Error('--seed and --parts are whole numbers');
  const directory = path.resolve(values.out);
  generateTpch({ directory, scaleFactor, seed, parts });
  process.stderr.write(`TPC-H at scale factor ${scaleFactor} is in ${directory}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/** @param {string} name @param {string} text @param {number} least @param {number} most @returns {number} */
function numberOf(name, text, least, most) {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new Error(`--${name} ${text}: a number from ${least} to ${most} is expected`);
}
