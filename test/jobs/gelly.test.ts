/** The graph jobs of jobs/gelly, unchanged, over generated graphs, against a few lines each that hold the whole graph in memory. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { runJobFile } from '../support/run-etl.js';

type Row = Readonly<Record<string, number>>;

interface JobFile {
  readonly sources: Readonly<Record<string, unknown>>;
}

/** Runs the job as it is, and reads the rows of its sources. */
async function run(name: string): Promise<{ rows: readonly Row[]; sources: Record<string, Row[]> }> {
  const file = path.join('jobs', 'gelly', `${name}.yaml`);
  const text = readFileSync(file, 'utf8').replaceAll(/\$\{\w+:-(\w+)\}/g, '$1');
  const sources: Record<string, Row[]> = {};
  for (const [id, source] of Object.entries((parse(text) as JobFile).sources)) {
    const job = { name: 'rows', sources: { [id]: source }, sinks: { out: { type: 'print' } } };
    sources[id] = printed((await runJobFile(['-'], { input: JSON.stringify(job) })).events);
  }
  const { code, events } = await runJobFile([file, '-p', '3']);
  expect(code).toBe(0);
  return { rows: printed(events), sources };
}

function printed(events: Awaited<ReturnType<typeof runJobFile>>['events']): Row[] {
  return events.flatMap((event) => ('row' in event ? [event.row as Row] : []));
}

test('each of them has a test here', () => {
  const tested = readFileSync('test/jobs/gelly.test.ts', 'utf8');
  expect(readdirSync('jobs/gelly').filter((name) => !tested.includes(`run('${name.slice(0, -5)}')`))).toEqual([]);
});

test('pagerank: the ranks of a power iteration', async () => {
  const { rows, sources } = await run('pagerank');
  const pages = sources.pages!.map(({ page }) => page!);
  const links = new Map<number, Set<number>>();
  for (const { source, target } of sources.links!) links.set(source!, (links.get(source!) ?? new Set()).add(target!));
  let ranks = new Map(pages.map((page) => [page, 1 / pages.length]));
  for (let moved = 1; moved >= 0.000001;) {
    const lost = pages.filter((page) => !links.has(page)).reduce((sum, page) => sum + ranks.get(page)!, 0);
    const next = new Map(pages.map((page) => [page, 0.15 / pages.length + (0.85 * lost) / pages.length]));
    for (const [source, targets] of links)
      for (const target of targets)
        if (next.has(target)) next.set(target, next.get(target)! + (0.85 * ranks.get(source)!) / targets.size);
    moved = pages.reduce((sum, page) => sum + Math.abs(next.get(page)! - ranks.get(page)!), 0);
    ranks = next;
  }
  const best = [...ranks].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 10);
  expect(rows).toEqual(best.map(([page, rank]) => ({ page, rank: expect.closeTo(rank, 5) as number })));
});

test('connected-components: the sizes that a union of sets gives', async () => {
  const { rows, sources } = await run('connected-components');
  const parent = [0, ...sources.vertices!.map(({ id }) => id!)];
  const rootOf = (id: number): number => (parent[id] === id ? id : (parent[id] = rootOf(parent[id]!)));
  for (const { a, b } of sources.edges!) parent[rootOf(a!)] = rootOf(b!);
  const sizes = countsOf(sources.vertices!.map(({ id }) => rootOf(id!)));
  const expected = [...countsOf([...sizes.values()])].sort(([a], [b]) => b - a);
  expect(expected.length).toBeGreaterThan(3);
  expect(rows).toEqual(expected.map(([vertices, components]) => ({ vertices, components })));
});

test('triangles: those that three loops find', async () => {
  const { rows, sources } = await run('triangles');
  const later = new Map<number, Set<number>>();
  for (const { a, b } of sources.links!) {
    if (a === b) continue;
    const [low, high] = [Math.min(a!, b!), Math.max(a!, b!)];
    later.set(low, (later.get(low) ?? new Set()).add(high));
  }
  const found: number[][] = [];
  for (const [a, neighbours] of later)
    for (const b of neighbours) for (const c of neighbours) if (b < c && later.get(b)?.has(c)) found.push([a, c]);
  const [first, last] = [Math.min(...found.map(([a]) => a!)), Math.max(...found.map(([, c]) => c!))];
  expect(found.length).toBeGreaterThan(100);
  expect(rows).toEqual([{ triangles: found.length, first, last }]);
});

function countsOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
