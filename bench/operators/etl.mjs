/** `node bench/operators/etl.mjs JOB …`: runs a job, and prints how many rows it wrote. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const child = spawn(process.execPath, [entry, 'run', ...process.argv.slice(2), '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let tail = '';
child.stdout.setEncoding('utf8').on('data', (text) => (tail = (tail + text).slice(-65536)));
child.once('close', (code) => {
  const end = JSON.parse(tail.trimEnd().split('\n').at(-1) ?? '{}');
  if (code !== 0) process.stderr.write(`${JSON.stringify(end.error)}\n`);
  process.stdout.write(`${end.rows?.written}\n`);
  process.exitCode = code ?? 1;
});
