/** What `etl validate` says of expressions: everything that does not need the columns of a source. */
import { expect, test } from 'vitest';
import type { ConnectorConfig } from '../../src/connectors/connector.js';
import { connectors } from '../../src/connectors/registry.js';
import { problemsOf } from '../../src/errors/etl-errors.js';
import { toEtlError } from '../../src/errors/etl-error.js';
import { checkOffline } from '../../src/plan/check-offline.js';
import { readableJob } from '../../src/spec/job-spec.js';
import { loadJob } from '../../src/spec/load-job.js';

const configs = new Map<string, ConnectorConfig>();
for (const type of ['redis', 'print']) configs.set(type, await connectors[type].config());

async function problems(text: string): Promise<string[]> {
  try {
    const document = await loadJob('job.yaml', { text, env: {}, params: {} });
    checkOffline(readableJob(document), (type) => configs.get(type)!);
    return [];
  } catch (thrown) {
    return problemsOf(toEtlError(thrown)).map(
      ({ code, message, at, hint }) =>
        `${at?.line}:${at?.column} ${code} ${message}${hint === undefined ? '' : ` (${hint})`}`,
    );
  }
}

const head = `name: a
params:
  since: {type: date, default: 2026-01-01}
connections:
  cache: {type: redis, url: redis://localhost}
sources:
  s: {type: file, path: x.csv}
`;

test('all that is wrong with all expressions', async () => {
  const job = `${head}steps:
  - filter: id +
  - filter: uper(t) = :sinc AND lowr(t) = 'x'::txt AND now() > :since
  - select: [id, "lenth(t) AS n, id x y", "count(*) AS c", "CASE WHEN nosuch() THEN 1 END AS q", "*"]
sinks:
  out: {type: print}
  a: {connection: cache, key: "k:{ idd( }:{uper(t)}", value: {string: "id ||"}, ttl: "secnds(id)"}
  b: {connection: cache, key: "{id}", value: {zset: {member: "t t", score: id}}, expireAt: "now() +"}
`;
  expect(await problems(job)).toMatchInlineSnapshot(`
    [
      "9:17 ETL-3001 the expression ends too early",
      "10:13 ETL-3004 etl has no function uper() (did you mean upper()?)",
      "10:23 ETL-3002 there is no parameter :sinc (did you mean :since?)",
      "10:33 ETL-3004 etl has no function lowr() (did you mean lower()?)",
      "10:48 ETL-3003 etl has no type "txt" (types are boolean, integer, bigint, numeric(p,s), double precision, text, date, timestamp, timestamptz, interval, json, jsonb, uuid, bytea …)",
      "11:39 ETL-3001 expected an operator or the end, found "y"",
      "11:44 ETL-3005 count() is an aggregate: it belongs into an \`aggregate\` step",
      "11:71 ETL-3004 etl has no function nosuch()",
      "14:40 ETL-3001 the expression ends too early",
      "14:44 ETL-3004 etl has no function uper() (did you mean upper()?)",
      "14:77 ETL-3001 the expression ends too early",
      "14:87 ETL-3004 etl has no function secnds()",
      "15:65 ETL-3001 expected an operator or the end, found "t"",
      "15:100 ETL-3001 the expression ends too early",
    ]
  `);
});

test('the expressions of every step', async () => {
  const job = `${head}steps:
  - {from: s, join: {with: s, on: "s.idd( = 1"}}
  - sort: ["uper(t) DESC", "t ASC NULLS"]
  - distinct: {on: ["lowr(t)"], orderBy: ["id DES"]}
  - partition: {hash: ["idd(t)", "t::txt"]}
  - partition: {range: ["t + DESC"]}
  - aggregate: {by: ["uper(t) AS u"], values: ["summ(x) AS s", "sum(uper(x)) AS t", "lenth(max(x)) AS l"], having: "count(*) >"}
sinks: {out: {type: print}}
`;
  expect(await problems(job)).toMatchInlineSnapshot(`
    [
      "9:41 ETL-3001 expected an operator or the end, found "("",
      "10:13 ETL-3004 etl has no function uper() (did you mean upper()?)",
      "10:40 ETL-3001 NULLS must be followed by FIRST or LAST, found the end of the expression",
      "11:22 ETL-3004 etl has no function lowr() (did you mean lower()?)",
      "11:47 ETL-3001 expected an operator or the end, found "des"",
      "12:25 ETL-3004 etl has no function idd()",
      "12:38 ETL-3003 etl has no type "txt" (types are boolean, integer, bigint, numeric(p,s), double precision, text, date, timestamp, timestamptz, interval, json, jsonb, uuid, bytea …)",
      "13:30 ETL-3001 DESC is a word of SQL and cannot stand here (if it is a column, quote it: "desc")",
      "14:23 ETL-3004 etl has no function uper() (did you mean upper()?)",
      "14:49 ETL-3004 etl has no function summ() (did you mean sum()?)",
      "14:69 ETL-3004 etl has no function uper() (did you mean upper()?)",
      "14:86 ETL-3004 etl has no function lenth() (did you mean length()?)",
      "14:127 ETL-3001 the expression ends too early",
    ]
  `);
});

test('a key template that is not closed', async () => {
  expect(await problems(`${head}sinks: {a: {connection: cache, key: "k:{id"}}\n`)).toMatchInlineSnapshot(`
    [
      "8:37 ETL-2043 "key" of sink "a": the { at position 3 is not closed",
    ]
  `);
});

test('nothing where only columns and types could be wrong', async () => {
  const job = `${head}steps:
  - filter: nobody_knows > :since + 1 AND extract(year FROM x) BETWEEN 1 AND 2 OR y IN (1, 2) IS UNKNOWN
  - sort: [amount DESC NULLS LAST, lower(t)]
  - aggregate: {by: [lower(t) AS t], values: [count(*) AS n, sum(a) FILTER (WHERE b) AS s, max(a) - min(a) AS d], having: count(*) > 1}
  - select: ["*", "current_date - d AS age", "coalesce(a, substring(b FROM 2), trim(c), CAST(e AS numeric(10, 2))) AS f"]
sinks:
  a: {connection: cache, key: "k:{id}", value: {hash: [id]}, ttl: 24h}
`;
  expect(await problems(job)).toEqual([]);
});

test('the keys of lookups, also within a template', async () => {
  const job = `${head}  t: {type: file, path: y.csv}
steps:
  - from: s
    lookup: {connection: cache, key: "k:{lowr(id)}:{ id + }", value: {hash: {n: int}}}
sinks:
  out: {type: print}
`;
  expect(await problems(job)).toMatchInlineSnapshot(`
    [
      "11:42 ETL-3004 etl has no function lowr() (did you mean lower()?)",
      "11:58 ETL-3001 the expression ends too early",
    ]
  `);
});
