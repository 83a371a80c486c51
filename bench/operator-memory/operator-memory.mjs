/**
 * B5 for operators: once its managed memory is full, an operator takes no more with ten times the rows, and stays inside the budget that
 * `etl memory` prints. The managed memory is small here, 32 MiB in each of two slots, so that it is full from 10 M rows on. Rows are generated and thrown away, so that nothing but the operator holds any; groups, keys and the other
 * side of the join grow with the rows.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { numbersFrom, reportRuns } from '../harness.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const entry = path.join(here, '../../bin/run.js');
const MIB = 1024 ** 2;

/** @type {Readonly<Record<string, string>>} YAML of the steps */
const operators = {
  sort: '- sort: [k]',
  aggregate: '- aggregate: {by: [k], values: [count(*) AS n, sum(v) AS s]}',
  distinct: '- {select: [k]}\n  - distinct: true',
  join: '- {from: facts, join: {with: dim, on: k = dim.id}}',
};

/** @typedef {{ operator: string, rows: number, peakMiB: number, budgetMiB: number, seconds: number, spillMiB: number }} Run */

/** @param {readonly string[]} args */
export async function bench(args) {
  const { rows: most } = numbersFrom(args, { rows: 100_000_000, rounds: 1 });
  /** @type {Run[]} */
  const runs = [];
  for (const operator of Object.keys(operators)) {
    for (const rows of [most / 100, most / 10, most]) {
      runs.push(measure(operator, rows));
      const { peakMiB, seconds } = /** @type {Run} */ (runs.at(-1));
      process.stderr.write(`${operator}, ${rows} rows: peak ${Math.round(peakMiB)} MiB, ${seconds.toFixed(1)} s\n`);
    }
  }
  print(runs);
}

/** @param {string} operator @param {number} rows @returns {Run} */
function measure(operator, rows) {
  const job = `name: memory-${operator}
sources:
  facts: {type: datagen, rows: ${rows}, schema: {k: {uniform: {type: bigint, min: 1, max: ${rows / 10}}}, v: {uniform: {type: bigint, min: 0, max: 1000000}}}}
${operator === 'join' ? `  dim: {type: datagen, rows: ${rows / 10}, schema: {id: {sequence: {}}, w: {uniform: {type: bigint, min: 0, max: 100}}}}\n` : ''}steps:
  ${operators[operator]}
sinks: {out: {type: blackhole}}
`;
  const lines = execFileSync(
    process.execPath,
    [entry, 'run', '-', '-p', '2', '-D', 'taskmanager.memory.managed.size=64m', '--json'],
    {
      encoding: 'utf8',
      input: job,
      maxBuffer: 1 << 28,
    },
  )
    .trimEnd()
    .split('\n');
  const end = JSON.parse(/** @type {string} */ (lines.at(-1)));
  if (end.exit.code !== 0 || !end.balance) throw new Error(`${operator} of ${rows} rows: exit ${end.exit.code}`);
  return {
    operator,
    rows,
    peakMiB: end.peakRssBytes / MIB,
    budgetMiB: end.budgetBytes / MIB,
    seconds: end.durationMs / 1000,
    spillMiB: end.spillBytes / MIB,
  };
}

/** @param {readonly Run[]} runs */
function print(runs) {
  const highest = Math.max(...runs.map(({ peakMiB, budgetMiB }) => peakMiB / budgetMiB));
  const growths = Object.keys(operators).map((operator) => {
    const [, tenth, most] = runs.filter((run) => run.operator === operator);
    return {
      text: `${operator}: peak at ${most.rows.toLocaleString('en')} rows against ${tenth.rows.toLocaleString('en')}`,
      value: most.peakMiB / tenth.peakMiB,
      target: 1.1,
    };
  });
  const claims = [...growths, { text: 'highest peak against the budget', value: highest, target: 1 }].map((claim) => ({
    id: 'B5',
    ...claim,
    atLeast: false,
  }));
  const lines = [
    `Peak memory of all processes, -p 2, 64 MiB of managed memory, budget ${Math.round(runs[0].budgetMiB)} MiB`,
    '',
    '| operator | rows | peak MiB (sum of the processes) | spilled MiB | s |',
    '|---|---:|---:|---:|---:|',
    ...runs.map(
      ({ operator, rows, peakMiB, spillMiB, seconds }) =>
        `| ${operator} | ${rows.toLocaleString('en')} | ${Math.round(peakMiB)} | ${Math.round(spillMiB)} | ${seconds.toFixed(1)} |`,
    ),
  ];
  reportRuns('operator-memory', lines, runs, claims);
}
