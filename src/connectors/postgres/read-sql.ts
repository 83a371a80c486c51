/**
 * The statement of one split.
 *
 *     SELECT "id", "info" FROM "app"."events" WHERE (the user's where) AND (pushed down) AND "id" BETWEEN … AND … LIMIT n
 *
 * What is common to all splits is found while the job is planned and travels as `ReadParams`; the slot adds its split.
 */
import type { Schema } from '../../columnar/batch.js';
import type { DataType } from '../../columnar/data-type.js';
import type { Json } from '../connector.js';
import type { Split } from '../../split/split.js';
import { replaceParameters } from './find-parameters.js';
import type { Statement } from './row-stream.js';
import { explainedCondition, splitCondition, type SplitBy } from './split-condition.js';
import { parenthesised, quoteName, SqlWriter } from './sql-text.js';

export interface Parameter {
  readonly text: string | null;
  readonly type: DataType;
}

/** JSON: from the planner to the slots. */
export interface ReadParams {
  readonly connection: Json;
  readonly read: 'copy' | 'cursor';
  readonly fetchSize: number;
  readonly schema: Schema;
  /** OID and modifier of each column, as planned: what the server answers must be the same. */
  readonly serverTypes: readonly {
    readonly name: string;
    readonly oid: number;
    readonly typmod: number;
    readonly serverName: string;
  }[];
  /** `"app"."events"`, or the user's query, with `:name` parameters. */
  readonly from: { readonly kind: 'table'; readonly name: string } | { readonly kind: 'query'; readonly sql: string };
  /** The role's own where SQL of the user's runs: a query, a condition, a view; else nothing but pg_catalog is looked into. */
  readonly searchPath: 'pg_catalog' | 'role';
  /** The user's condition, with `:name` parameters. */
  readonly where: string | null;
  /** Conditions pushed down, printed as SQL. */
  readonly filters: readonly string[];
  readonly limit: number | null;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly splitBy: SplitBy;
}

/** What COPY is given, or the portal with its values. */
export function splitStatement(params: ReadParams, split: Split, limit: number | null): Statement {
  const writer = new SqlWriter(params.read === 'copy' ? 'constants' : 'parameters');
  const condition = splitCondition(params.splitBy, split, (bound, type) => writer.value(bound, type));
  const rows = params.limit === null ? limit : Math.min(params.limit, limit ?? params.limit);
  const sql = select(params, writer, condition, rows);
  return params.read === 'copy' ? { sql: `COPY (${sql}) TO STDOUT`, values: [] } : { sql, values: writer.values };
}

/** The same without a split, its values as constants: to be described, not executed. */
export function describableStatement(params: ReadParams): string {
  return select(params, new SqlWriter('constants'), null, null);
}

/** For explain: parameters by their names, the bounds of a split as $1 and $2. */
export function explainStatement(params: ReadParams): string {
  const named: Values = { value: (_text, _type, name) => `:${name}` };
  return select(params, named, explainedCondition(params.splitBy), params.limit);
}

type Values = Pick<SqlWriter, 'value'>;

function select(params: ReadParams, values: Values, splitCondition: string | null, limit: number | null): string {
  const fill = (sql: string): string =>
    replaceParameters(sql, (name) => {
      const { text, type } = params.parameters[name];
      return values.value(text, type, name);
    });
  const table = params.from.kind === 'table' ? params.from.name : `${parenthesised(fill(params.from.sql))} AS "query"`;
  const conditions = [
    ...(params.where === null ? [] : [parenthesised(fill(params.where))]),
    ...(splitCondition === null ? [] : [splitCondition]),
  ];
  const columns = params.schema.fields.map(({ name }) => quoteName(name)).join(', ');
  const end = limit === null ? '' : ` LIMIT ${limit}`;
  return `SELECT ${columns} FROM ${table}${where([...conditions, ...params.filters])}${end}`;
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}
