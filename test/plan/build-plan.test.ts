/** What a run gets from a plan: descriptors, policies, limits, and nothing that must not be shown. */
import { describe, expect, test } from 'vitest';
import { renderPlanDot, renderPlanMermaid } from '../../src/plan/explain/render-plan-drawing.js';
import { renderPlanJson } from '../../src/plan/explain/render-plan-json.js';
import { renderPlanText } from '../../src/plan/explain/render-plan-text.js';
import { loadTestJob, planTestJob } from './support/plan-commands.js';

const plan = async (text: string, parallelism: number | null = null) =>
  planTestJob(await loadTestJob(text), parallelism);

describe('a vertex', () => {
  test('names for each operator and sink what feeds it', async () => {
    const { vertices } = await plan(`
sources: {users: {type: memory, columns: [id, score]}}
steps: [{id: high, from: users, filter: 10 / score > 1}, {id: only, from: high, select: [id]}]
sinks: {a: {type: memory, from: only}, b: {type: print, from: high}, c: {type: print, from: users}}`);
    const [{ descriptor }] = vertices;
    expect(descriptor.operators.map(({ id, inputs }) => [id, inputs])).toEqual([
      ['high', ['users']],
      ['only', ['high']],
    ]);
    expect(descriptor.sinks.map(({ id, input }) => [id, input])).toEqual([
      ['a', 'only'],
      ['b', 'high'],
      ['c', 'users'],
    ]);
  });

  test('holds its own branch of a union, and the limit below it in common with the others', async () => {
    const { vertices, limits } = await plan(`
sources: {users: {type: memory, columns: [id, name, score]}, visitors: {type: memory, table: visitors}}
steps: [{id: all, union: [users, visitors]}, {id: few, limit: 7}]
sinks: {out: {type: memory}}`);
    expect(vertices.map(({ descriptor }) => descriptor.operators[0])).toMatchObject([
      { id: 'all', inputs: ['users'], casts: [null, null, null] },
      { id: 'all', inputs: ['visitors'], casts: [{ kind: 'int64' }, null, { kind: 'int32' }] },
    ]);
    expect(vertices.map(({ descriptor }) => descriptor.operators[1])).toMatchObject([
      { limit: 'few' },
      { limit: 'few' },
    ]);
    expect(vertices.map((vertex) => [vertex.sequential, vertex.parallelism, vertex.sourceLimit])).toEqual([
      [true, 1, null],
      [true, 1, null],
    ]);
    expect(limits).toEqual({ few: 7 });
  });

  test('fails on a bad row of a step unless all its sinks agree on something else', async () => {
    const policies = async (a: string, b: string) =>
      (
        await plan(`
sources: {users: {type: memory, columns: [id]}}
sinks: {a: {type: memory, from: users, onReject: ${a}}, b: {type: memory, from: users, onReject: ${b}}}`)
      ).vertices[0].descriptor.onReject;
    expect(await policies('skip', 'skip')).toMatchObject({ kind: 'skip' });
    expect(await policies('skip', 'fail')).toEqual({ kind: 'fail' });
    expect(await policies('{maxRows: 1}', '{maxRows: 2}')).toEqual({ kind: 'fail' });
  });

  test('has the parameters of the reject file where there is one', async () => {
    const { vertices } = await plan(`
sources: {users: {type: memory, columns: [id]}}
sinks: {a: {type: memory, from: users, onReject: {file: bad.ndjson}}, b: {type: memory, from: users}}`);
    expect(vertices[0].descriptor.sinks.map((sink) => sink.rejectParams)).toMatchObject([
      { path: 'bad.ndjson', format: 'ndjson' },
      null,
    ]);
  });

  test('joins the snapshot of its connection where there is one for the run', async () => {
    const { vertices } = await plan(`
connections: {db: {type: shop, url: x}}
sources: {users: {connection: db, columns: [id]}, visitors: {type: memory, table: visitors}}
sinks: {a: {type: memory, from: users}, b: {type: memory, from: visitors}}`);
    expect(vertices.map((vertex) => vertex.snapshotOf)).toEqual(['db', null]);
  });
});

test('needs as many slots as its widest chain', async () => {
  const { parallelism } = await plan(
    `
sources: {users: {type: memory, columns: [id], parallelism: 6}, visitors: {type: memory, table: visitors}}
sinks: {a: {type: memory, from: users}, b: {type: memory, from: visitors}}`,
    3,
  );
  expect(parallelism).toBe(6);
});

test('2^63 splits: planned at once, 1,000 listed', async () => {
  const planned = await plan(`
sources: {orders: {type: memory, table: orders, columns: [id], split: {size: 1}}}
sinks: {a: {type: memory}}`);
  const { orders } = renderPlanJson(planned).sources as Record<string, { splitCount: unknown; splits: unknown[] }>;
  expect(orders.splitCount).toBe('9223372036854775808');
  expect(orders.splits).toHaveLength(1000);
});

test('nothing that explain prints holds a parameter of a connector', async () => {
  const planned = await plan(`
connections: {db: {type: shop, url: "shop://user:hunter2@host/db"}}
sources: {users: {connection: db, columns: [id]}}
sinks: {a: {connection: db, password: hunter2}}`);
  expect(JSON.stringify(planned.vertices)).toContain('hunter2');
  const printed = [
    renderPlanText(planned, { width: 80 }),
    JSON.stringify(renderPlanJson(planned)),
    renderPlanMermaid(planned),
    renderPlanDot(planned),
  ];
  for (const text of printed) expect(text).not.toContain('hunter2');
});

test('lines keep to the width wherever they can be cut', async () => {
  const planned = await plan(`
sources: {users: {type: memory, split: {count: 3}}}
steps: [{filter: "score > 10 AND name IS NOT NULL AND (id < 50 OR country_id IN (1, 2, 3)) AND created > '2026-01-01'"}]
sinks: {a: {type: memory}}`);
  for (const width of [60, 80, 200]) {
    for (const line of renderPlanText(planned, { width }).split('\n'))
      expect(line.length, line).toBeLessThanOrEqual(width);
  }
});
