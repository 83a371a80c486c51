/**
 * B6: a job that is bound by our own processor time gains from a second slot. Eight CSV files, parsed, computed with
 * expressions and dropped: no server takes part, so that on two cores `-p 2` has two cores. Enough rows that the start of the
 * processes, which no slot makes shorter, is a small part of it.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, numbersFrom, report } from '../harness.mjs';

const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../bin/run.js');
const FILES = 8;

/** @param {readonly string[]} args */
export async function bench(args) {
  const { rows, rounds } = numbersFrom(args, { rows: 36_000_000, rounds: 5 });
  const dir = mkdtempSync(path.join(tmpdir(), 'etl-scale-'));
  try {
    for (let file = 0; file < FILES; file++) writeOrders(path.join(dir, `orders-${file}.csv`), file, rows / FILES);
    const job = path.join(dir, 'job.yaml');
    writeFileSync(job, jobText);
    const contender = (/** @type {number} */ slots) => ({
      name: `etl run -p ${slots}`,
      command: [
        'bash',
        '-c',
        `"${process.execPath}" "${entry}" run "${job}" -p ${slots} --json | tail -1 | sed 's/.*"rows":{"read":\\([0-9]*\\).*/\\1/'`,
      ],
    });
    const summaries = await compare([contender(1), contender(2)], rounds);
    const [one, two] = [...summaries.values()];
    report('scale', `CSV → expressions → nothing, ${rows.toLocaleString('en')} rows in ${FILES} files`, summaries, [
      { id: 'B6', text: 'speed of -p 2 against -p 1', value: one.wallMs / two.wallMs, target: 1.7, atLeast: true },
    ]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const jobText = `name: scale
sources:
  orders: {type: file, path: "orders-*.csv", schema: {id: bigint, customer: integer, amount: "numeric(12,2)", status: text, at: timestamp}}
steps:
  - filter: amount > 10 AND status IN ('paid', 'sent')
  - select: [id, "upper(status) || ':' || customer AS tag", "round(amount * 1.19, 2) AS gross", "date_trunc('day', at) AS day"]
sinks:
  nowhere: {type: blackhole}
`;

/** Rows from a counter: the same on every machine. @param {string} file @param {number} part @param {number} rows */
function writeOrders(file, part, rows) {
  const states = ['paid', 'sent', 'open', 'cancelled'];
  const handle = openSync(file, 'w');
  let text = 'id,customer,amount,status,at\n';
  for (let i = 0; i < rows; i++) {
    const id = part * rows + i;
    const mixed = Math.imul(id + 1, 0x9e3779b1) >>> 0;
    const day = String(1 + (mixed % 28)).padStart(2, '0');
    text += `${id},${mixed % 100_003},${(mixed % 100_000) / 100},${states[mixed % 4]},2026-01-${day} 12:34:56.789\n`;
    if (text.length > 1 << 20) {
      writeSync(handle, text);
      text = '';
    }
  }
  writeSync(handle, text);
  closeSync(handle);
}
