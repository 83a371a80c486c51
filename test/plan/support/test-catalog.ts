/**
 * A connector that holds schemas and bounds as data, for plans of tables that exist nowhere.
 *
 * A source block says `table` and may say `speaks: sql | where | nothing` (`where`: conditions of its own, but not ours); a sink block says `value` (expressions) and `columns`.
 */
import { z } from 'zod';
import type { Field } from '../../../src/columnar/batch.js';
import type {
  Connector,
  JsonObject,
  LookupPlanner,
  ReadRequest,
  SinkPlanner,
  SinkPlanRequest,
  SourceBlock,
  SourceCatalog,
  SourceDescription,
} from '../../../src/connectors/connector.js';
import { typeName } from '../../../src/columnar/data-type.js';
import { connectors as allConnectors } from '../../../src/connectors/registry.js';
import { EtlError } from '../../../src/errors/etl-error.js';
import { renderSql } from '../../../src/expr/render-sql.js';
import { typeFromName } from '../../../src/expr/type-from-name.js';
import { columnUses } from '../../../src/plan/expr-facts.js';
import { renderExpr } from '../../../src/plan/explain/render-expr.js';
import type { NamedConnection, PlanCatalog } from '../../../src/plan/catalog.js';
import { planRange } from '../../../src/split/plan-range.js';
import type { SplitPlan } from '../../../src/split/split.js';

interface Table {
  readonly columns: string;
  readonly key: { readonly column: string; readonly min: bigint; readonly max: bigint } | null;
  readonly rows: number | null;
}

const tables: Readonly<Record<string, Table>> = {
  users: {
    columns: 'id bigint!, name text, score integer, country_id smallint, created date, info jsonb',
    key: { column: 'id', min: 1n, max: 100n },
    rows: 100,
  },
  orders: {
    columns: 'id bigint!, user_id bigint, total numeric(10,2), placed timestamptz',
    key: { column: 'id', min: -(2n ** 62n), max: 2n ** 62n - 1n },
    rows: 12_400_311,
  },
  visitors: {
    columns: 'id integer, name varchar(20), points smallint',
    key: { column: 'id', min: 1n, max: 9n },
    rows: null,
  },
  ints: { columns: 'a integer, b integer, c text', key: null, rows: null },
  mixed: { columns: 'a smallint, b bigint, c text', key: null, rows: null },
  lines: { columns: 'line text', key: null, rows: null },
};

export const testConnectors: Readonly<Record<string, Connector>> = {
  shop: { ...connector('shop', z.strictObject({ url: z.string() })), looksUp: 'rows' },
  redis: allConnectors.redis,
  memory: connector('memory'),
  print: connector('print'),
  file: connector('file'),
};

function connector(type: string, connection?: z.ZodObject): Connector {
  const source = z.strictObject({
    table: z.string().default('users'),
    speaks: z.enum(['sql', 'where', 'nothing']).default('sql'),
  });
  const sink = z.strictObject({
    key: z.string().optional(),
    value: z.array(z.string()).default([]),
    columns: z.array(z.string()).optional(),
    path: z.string().optional(),
    password: z.string().optional(),
  });
  return {
    type,
    config: () => Promise.resolve({ ...(connection !== undefined && { connection }), source, sink }),
    // Planning takes the catalog from its request; that these parts exist is all that loading looks at.
    planSource: () => Promise.reject(new Error('not used')),
    planSink: () => Promise.reject(new Error('not used')),
    source: () => Promise.reject(new Error('not used')),
    sink: () => Promise.reject(new Error('not used')),
  };
}

export class TestCatalog implements PlanCatalog {
  source(_type: string, connection: NamedConnection | null): Promise<SourceCatalog> {
    return Promise.resolve({
      describe: (block) => Promise.resolve(describeTable(block)),
      planRead: (block, description, read) => {
        const { schema } = description;
        return Promise.resolve({
          params: { url: String(connection?.own.url ?? ''), secret: 'hunter2' },
          schema: { fields: read.columns.map((name) => schema.fields.find((field) => field.name === name)!) },
          splits: splitsOf(block, read),
          sql: statementOf(block, read),
          consistency: connection === null ? 'live' : 'run-snapshot',
          notes: [],
        });
      },
      close: () => Promise.resolve(),
    });
  }

  /** Redis is the real one, which connects to nothing; the others find what stands in the tables. */
  lookup(type: string): Promise<LookupPlanner> {
    if (type === 'redis') return allConnectors.redis.planLookup!();
    return Promise.resolve({
      describe: ({ target }) => {
        if (target.kind !== 'rows') throw new Error('no rows');
        return Promise.resolve({ schema: describeTable({ own: { ...target.own } }).schema, own: {} });
      },
      plan: (_, __, { keys, columns }) => ({
        params: { secret: 'hunter2' },
        asks: `${columns.join(', ')} by ${keys.fields.map((field) => `${field.name} ${typeName(field.type)}`).join(', ')}`,
      }),
    });
  }

  sink(type: string): Promise<SinkPlanner> {
    return Promise.resolve({ plan: (request: SinkPlanRequest) => planTestSink(type, request) });
  }
}

function describeTable({ own }: Pick<SourceBlock, 'own'>): SourceDescription {
  const name = String(own.table);
  if (!Object.hasOwn(tables, name)) throw new EtlError('ETL-4101', `there is no table ${name}`);
  const { columns, rows } = tables[name];
  const sql = own.speaks === 'sql';
  const fields = columns.split(/, (?=\w+ )/u).map((text): Field => {
    const [, column, type, mark] = /^(\w+) (.*?)(!?)$/u.exec(text)!;
    return { name: column, type: typeFromName(type)!, nullable: mark === '' };
  });
  return {
    schema: { fields },
    rowEstimate: rows,
    bytesEstimate: null,
    pushdown: {
      dialect: sql ? 'postgres' : null,
      projection: sql,
      limit: sql,
      ...(own.speaks === 'where' && { where: true }),
    },
    notes: [],
    own: {},
  };
}

function splitsOf({ own, split }: SourceBlock, { parallelism }: ReadRequest): SplitPlan {
  const { key } = tables[String(own.table)];
  if (key === null || split?.strategy === 'none')
    return { strategy: 'none', reason: key === null ? 'no key' : 'wished so' };
  if (split?.strategy === 'ctid') return { strategy: 'ctid', blocks: 10_000, blocksPerSplit: 700 };
  if (split?.strategy === 'hash') return { strategy: 'hash', column: split.column!, count: 3 };
  if (split?.strategy === 'values') return { strategy: 'values', column: split.column!, items: split.values! };
  const created = split?.column === 'created';
  return planRange({
    column: created ? 'created' : key.column,
    valueKind: created ? 'date' : 'int64',
    min: created ? 20_454n : key.min,
    max: created ? 20_483n : key.max,
    nullable: created,
    wish: {
      size: split?.size,
      count: split?.count,
      lower: split?.lower === undefined ? undefined : BigInt(split.lower),
      upper: split?.upper === undefined ? undefined : BigInt(split.upper),
    },
    parallelism,
    perSlot: 4,
  });
}

function statementOf({ own, where }: SourceBlock, { columns, filters, limit }: ReadRequest): string | null {
  if (own.speaks !== 'sql') return null;
  const conditions = [
    ...(where === null ? [] : [`(${where})`]),
    ...filters.map((filter) => renderSql(filter, 'postgres')!),
  ];
  const end = `${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}${limit === null ? '' : ` LIMIT ${limit}`}`;
  return `SELECT ${columns.join(', ')} FROM ${String(own.table)}${end}`;
}

function planTestSink(type: string, { sink, input, expression }: SinkPlanRequest) {
  const own = sink.own as { key?: string; value?: string[]; columns?: string[]; path?: string };
  const inKey = [...(own.key ?? '').matchAll(/\{(.*?)\}/gu)].map((match) => expression(match[1], ['key']));
  const values = (own.value ?? []).map((text, i) => expression(text, ['value', i]));
  const read = [...columnUses([...inKey, ...values]).keys(), ...(own.columns ?? [])];
  const all = input.fields.map((field) => field.name);
  const columns = read.length === 0 ? all : all.filter((name) => read.includes(name));
  return {
    params: { ...(own as JsonObject), secret: 'hunter2' },
    columns,
    effect: 'idempotent' as const,
    commit: type === 'file' ? ('atomic' as const) : ('batch' as const),
    description: own.key === undefined ? columns.join(', ') : `${own.key} = ${values.map(renderExpr).join(', ')}`,
    notes: [],
  };
}
