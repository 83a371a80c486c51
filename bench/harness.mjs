/**
 * Measures contenders side by side: A B C, A B C, … so that a machine that gets busy hurts all of them alike.
 *
 * A contender is a command in a process of its own. Wall time and processor time (user + system, of it and all its
 * children) come from the shell's `time`. It prints how many rows it had, and all must have had the same.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {readonly string[]} command program and arguments; its last line on stdout is its number of rows
 * @property {(line: string) => number} [rowsOf] where that line says more
 * @property {number} [rows] for a program that cannot say its number of rows: what was checked before; 0 where only time counts
 * @property {() => Promise<void>} [before] clears away what the last round left; not measured
 *
 * @typedef {{ wallMs: number, cpuMs: number, rows: number }} Sample
 * @typedef {{ name: string, rows: number, wallMs: number, bestMs: number, worstMs: number, cpuMs: number, rowsPerSecond: number, cpuMicrosPerRow: number }} Summary
 * @typedef {{ id: string, text: string, value: number, target: number, atLeast: boolean }} Claim
 */

/**
 * @param {readonly Contender[]} contenders
 * @param {number} rounds after one round that warms the caches and is not counted
 * @returns {Promise<Map<string, Summary>>} by name, in the order given
 */
export async function compare(contenders, rounds) {
  /** @type {Map<string, Sample[]>} */
  const samples = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      await contender.before?.();
      const sample = await measure(contender);
      progress(`round ${round} of ${rounds}  ${contender.name}  ${(sample.wallMs / 1000).toFixed(2)} s`);
      if (round > 0) samples.get(contender.name)?.push(sample);
    }
  }
  progress('');
  const summaries = new Map([...samples].map(([name, list]) => [name, summarise(name, list)]));
  const counts = new Set([...summaries.values()].map(({ rows }) => rows));
  if (counts.size > 1) throw new Error(`the contenders did not do the same work: ${[...counts].join(', ')} rows`);
  return summaries;
}

/** @param {Contender} contender @returns {Promise<Sample>} */
async function measure({ name, command, rows, rowsOf = Number }) {
  const child = spawn('bash', ['-c', 'TIMEFORMAT="%3R %3U %3S"; time "$@"', 'bash', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout = (stdout + text).slice(-65536)));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr = (stderr + text).slice(-65536)));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${name} failed with ${code}:\n${stderr}`);
  const [wall, user, system] = (stderr.trimEnd().split('\n').at(-1) ?? '').split(' ').map(Number);
  const counted = rows ?? rowsOf(stdout.trimEnd().split('\n').at(-1) ?? '');
  if (!Number.isInteger(counted)) throw new Error(`${name} did not print its number of rows`);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000, rows: counted };
}

/** @param {string} name @param {readonly Sample[]} samples @returns {Summary} */
function summarise(name, samples) {
  const walls = samples.map(({ wallMs }) => wallMs);
  const wallMs = median(walls);
  const cpuMs = median(samples.map((sample) => sample.cpuMs));
  const { rows } = samples[0];
  return {
    name,
    rows,
    wallMs,
    bestMs: Math.min(...walls),
    worstMs: Math.max(...walls),
    cpuMs,
    rowsPerSecond: (rows / wallMs) * 1000,
    cpuMicrosPerRow: rows === 0 ? 0 : (cpuMs / rows) * 1000,
  };
}

/** @param {readonly number[]} values @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Prints the table and the claims, and writes both to `bench/results/<bench>.json`.
 * @param {string} bench @param {string} title @param {Map<string, Summary>} summaries @param {readonly Claim[]} claims
 * @param {Record<string, string | number>} [facts] versions, sizes …
 */
export function report(bench, title, summaries, claims, facts = {}) {
  const machine = {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()}`,
  };
  const date = new Date().toISOString().slice(0, 10);
  const all = { node: process.version, ...facts };
  const lines = [
    `${title}`,
    `${date} · ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.cpu} · ${Object.entries(all)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`,
    '',
    ...resultTable([...summaries.values()]),
    '',
    ...claims.map(claimLine),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  save(bench, { title, date, machine, facts: all, contenders: [...summaries.values()] }, claims);
}

/**
 * The same for what is no race: lines of a table that are there already, and the runs that they show.
 * @param {string} bench @param {readonly string[]} lines @param {readonly object[]} runs @param {readonly Claim[]} claims
 */
export function reportRuns(bench, lines, runs, claims) {
  process.stdout.write(`${[...lines, '', ...claims.map(claimLine)].join('\n')}\n`);
  const machine = {
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
  };
  save(bench, { date: new Date().toISOString().slice(0, 10), machine, runs }, claims);
}

/** @param {Claim} claim */
function claimLine(claim) {
  const { id, text, value, target, atLeast } = claim;
  return `${isMet(claim) ? 'met   ' : 'MISSED'}  ${id}  ${text}: ${value.toFixed(2)} (target ${atLeast ? '≥' : '≤'} ${Number(target.toFixed(2))})`;
}

/** @param {string} bench @param {object} found @param {readonly Claim[]} claims */
function save(bench, found, claims) {
  const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'results');
  mkdirSync(folder, { recursive: true });
  const record = { bench, ...found, claims: claims.map((claim) => ({ ...claim, met: isMet(claim) })) };
  writeFileSync(path.join(folder, `${bench}.json`), `${JSON.stringify(record, null, 2)}\n`);
}

/** By the row, or, where there are none, by the run. @param {readonly Summary[]} summaries @returns {string[]} */
function resultTable(summaries) {
  const ms = (/** @type {number} */ value) => String(Math.round(value));
  if (summaries.every(({ rows }) => rows === 0)) {
    return table(
      ['', 'wall ms (best–worst)', 'CPU ms'],
      summaries.map((one) => [one.name, `${ms(one.wallMs)} (${ms(one.bestMs)}–${ms(one.worstMs)})`, ms(one.cpuMs)]),
    );
  }
  return table(
    ['', 'rows/s', 'wall s (best–worst)', 'CPU µs/row'],
    summaries.map((one) => [
      one.name,
      formatRate(one.rowsPerSecond),
      `${seconds(one.wallMs)} (${seconds(one.bestMs)}–${seconds(one.worstMs)})`,
      one.cpuMicrosPerRow.toFixed(2),
    ]),
  );
}

/** @param {Claim} claim */
function isMet({ value, target, atLeast }) {
  return atLeast ? value >= target : value <= target;
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows @returns {string[]} */
function table(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  return [
    line(head),
    `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`,
    ...rows.map(line),
  ];
}

/** @param {number} rate */
function formatRate(rate) {
  return rate >= 1e6 ? `${(rate / 1e6).toFixed(2)} M` : `${Math.round(rate / 1000)} k`;
}

/** @param {number} ms */
function seconds(ms) {
  return (ms / 1000).toFixed(2);
}

/** One line that the next one replaces; nothing where nobody watches. @param {string} text */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}

/**
 * `--rows 3000000 --rounds 5` behind the name of the bench.
 * @param {readonly string[]} args @param {Record<string, number>} defaults @returns {Record<string, number>}
 */
export function numbersFrom(args, defaults) {
  const numbers = { ...defaults };
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].replace(/^--/, '');
    const value = Number(args[i + 1]);
    if (!Object.hasOwn(defaults, name) || !Number.isInteger(value) || value < 1) {
      throw new Error(
        `${args[i]} ${args[i + 1] ?? ''}: expected ${Object.entries(defaults)
          .map(([key, number]) => `--${key} ${number}`)
          .join(', ')}`,
      );
    }
    numbers[name] = value;
  }
  return numbers;
}
