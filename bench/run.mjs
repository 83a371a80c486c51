/** `npm run bench -- <name> [--rows n] [--rounds n]`: runs bench/<name>/<name>.mjs against the built engine in dist/. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const [name, ...args] = process.argv.slice(2);
const file = path.join(here, name ?? '', `${name}.mjs`);

if (name === undefined || !/^[a-z-]+$/.test(name) || !existsSync(file)) {
  const names = readdirSync(here, { withFileTypes: true }).filter((entry) =>
    existsSync(path.join(here, entry.name, `${entry.name}.mjs`)),
  );
  process.stderr.write(`usage: npm run bench -- <name>; there are: ${names.map((entry) => entry.name).join(', ')}\n`);
  process.exitCode = 2;
} else {
  /** @type {{ bench: (args: readonly string[]) => Promise<void> }} */
  const { bench } = await import(pathToFileURL(file).href);
  // Two measurements of one job on a machine must not wait for each other.
  const state = (process.env.XDG_STATE_HOME = mkdtempSync(path.join(os.tmpdir(), 'etl-bench-state-')));
  try {
    await bench(args);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
