/** Each aggregate over a column of each type: the result type is PostgreSQL's, and what PostgreSQL refuses is refused. */
import { expect, test } from 'vitest';
import { typeName, type DataType } from '../../../src/columnar/data-type.js';
import { EtlError } from '../../../src/errors/etl-error.js';
import { aggregateNameList } from '../../../src/expr/aggregates/aggregate-catalog.js';
import { GroupedScope } from '../../../src/expr/aggregates/check-grouped.js';
import { typeFromName } from '../../../src/expr/type-from-name.js';
import { testDatabase } from '../../support/test-database.js';

const database = await testDatabase();

const types = [
  'boolean', 'smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric', 'numeric(10,2)', 'numeric(30,5)',
  'text', 'varchar(10)', 'uuid', 'bytea', 'json', 'jsonb', 'date', 'time', 'timestamp', 'timestamptz', 'interval',
  'integer[]', 'text[]',
]; // prettier-ignore

const calls = [
  'count(x)', 'count(DISTINCT x)', 'sum(x)', 'sum(DISTINCT x)', 'avg(x)', 'min(x)', 'max(x)', 'bool_and(x)', 'bool_or(x)',
  'every(x)', "string_agg(x, ',')", "string_agg(DISTINCT x, ',' ORDER BY x)", 'array_agg(x)', 'array_agg(x ORDER BY x)',
  'stddev(x)', 'stddev_pop(x)', 'stddev_samp(x)', 'variance(x)', 'var_pop(x)', 'var_samp(x)',
  'percentile_cont(0.5) WITHIN GROUP (ORDER BY x)', 'percentile_disc(0.5) WITHIN GROUP (ORDER BY x DESC)',
  'sum(x) + 1', "sum(x) FILTER (WHERE x IS NOT NULL)", 'count(*) + count(x)',
]; // prettier-ignore

/** Of our own: no server to ask. */
const own = ['first', 'last', 'min_by', 'max_by', 'approx_count_distinct'];

/** What PostgreSQL computes and etl says it does not. */
const refusedHere: Readonly<Record<string, readonly string[]>> = {
  'min(x)': ['integer[]', 'text[]'],
  'max(x)': ['integer[]', 'text[]'],
  'count(DISTINCT x)': ['jsonb', 'integer[]', 'text[]'],
  "string_agg(x, ',')": ['bytea'],
  "string_agg(DISTINCT x, ',' ORDER BY x)": ['bytea'],
  'array_agg(x)': ['integer[]', 'text[]'],
  'array_agg(x ORDER BY x)': ['jsonb', 'integer[]', 'text[]'],
  'percentile_disc(0.5) WITHIN GROUP (ORDER BY x DESC)': ['jsonb', 'integer[]', 'text[]'],
};

function ourType(call: string, type: string): string {
  const column = { name: 'x', type: typeFromName(type)!, nullable: true };
  try {
    const [value] = new GroupedScope({ columns: [column], params: {} }, []).checkItem(`${call} AS value`);
    return bareName(value!.expr.type);
  } catch (error) {
    if (error instanceof EtlError) return 'refused';
    throw error;
  }
}

function bareName(type: DataType): string {
  if (type.kind === 'list') return `${bareName(type.element)}[]`;
  if (type.kind === 'time' || type.kind === 'timestamp') return `${type.kind} without time zone`;
  if (type.kind === 'timestamptz') return 'timestamp with time zone';
  return typeName(type).replace(/\([\d,]+\)/u, '');
}

async function theirType(call: string, type: string): Promise<string> {
  try {
    const [row] = await database.query(
      `SELECT pg_typeof(${call})::text FROM (SELECT CAST(NULL AS ${type}) AS x) rows WHERE false`,
    );
    return row![0]!;
  } catch {
    return 'refused';
  }
}

test.each(calls)('%s', async (call) => {
  const differences: string[] = [];
  for (const type of types) {
    const [ours, theirs] = [ourType(call, type), await theirType(call, type)];
    const isKnown = ours === 'refused' && refusedHere[call]?.includes(type) === true;
    if (ours !== theirs && !isKnown) differences.push(`${type}: ${ours}, PostgreSQL ${theirs}`);
    if (isKnown && theirs === 'refused') differences.push(`${type}: PostgreSQL refuses it too`);
  }
  expect(differences).toEqual([]);
});

test('every aggregate of the language is compared, but for our own', () => {
  const called = calls.join(' ');
  expect(aggregateNameList().filter((name) => !called.includes(`${name}(`))).toEqual(own);
});
