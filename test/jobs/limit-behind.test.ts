/** A limit that has enough stops the operators before it in the middle of their work: the counters still add up. */
import { expect, test } from 'vitest';
import { runJobFile } from '../support/run-etl.js';

const table = (seed: number, rows = 20_000): object => ({
  type: 'datagen',
  rows,
  seed,
  schema: {
    k: { uniform: { type: 'bigint', min: 1, max: 5000 } },
    v: { uniform: { type: 'bigint', min: 1, max: 50 } },
  },
});

const at = "timestamp '2026-01-01' + k * interval '1 s'";
const steps: Readonly<Record<string, object>> = {
  aggregate: { aggregate: { by: ['k'], values: ['count(*) AS n', 'sum(v) AS s'] } },
  distinct: { distinct: { on: ['k'], orderBy: ['v'] } },
  'ordered aggregate': { aggregate: { by: ['k'], values: ['array_agg(v ORDER BY v) AS l'] } },
  join: { join: { with: 'm', on: 'd.k = m.k' } },
  'merge join': { join: { with: 'm', on: 'd.k = m.k', hint: 'REPARTITION_SORT_MERGE' } },
  cross: { cross: 'm' },
  intersect: { intersect: 'm' },
  window: { window: { time: at, sliding: { size: '10s', slide: '5s' }, values: ['count(*) AS n'] } },
  sessions: { window: { time: at.replace('k *', '7 * k *'), session: '1s', values: ['count(*) AS n'] } },
};

test.each(Object.keys(steps))('%s', async (name) => {
  const needsOther = /join|cross|intersect/.test(name);
  const sources = { d: table(1), ...(needsOther && { m: table(2, name === 'cross' ? 50 : 20_000) }) };
  const job = {
    name: 'limited',
    sources,
    steps: [{ from: 'd', ...steps[name] }, { limit: 3 }],
    sinks: { out: { type: 'print' } },
  };
  const { code, end } = await runJobFile(['-', '-p', '2'], { input: JSON.stringify(job) });
  expect([code, end.balance, end.rows.written]).toEqual([0, true, 3]);
});

test('window functions', async () => {
  const sql =
    'SELECT k, row_number() OVER (PARTITION BY v ORDER BY k) AS n, sum(v) OVER (PARTITION BY v) AS s FROM d LIMIT 3';
  const job = { name: 'limited', sources: { d: table(1) }, steps: [{ sql }], sinks: { out: { type: 'print' } } };
  const { code, end } = await runJobFile(['-', '-p', '2'], { input: JSON.stringify(job) });
  expect([code, end.balance, end.rows.written]).toEqual([0, true, 3]);
});

test('a job whose stages are less parallel than -p needs no more slots than they', async () => {
  const job = { name: 'narrow', sources: { d: table(1) }, steps: [{ limit: 3 }], sinks: { out: { type: 'print' } } };
  const flags = ['-p', '4', '-D', 'taskmanager.numberOfTaskSlots=1'];
  const { code, end } = await runJobFile(['-', ...flags], { input: JSON.stringify(job) });
  expect([code, end.error, end.rows.written]).toEqual([0, null, 3]);
});
