/** What a planned lookup in PostgreSQL is: the plain data that goes to the slot, and the statement that follows from it. */
import type { Schema } from '../../columnar/batch.js';
import { replaceParameters } from './find-parameters.js';
import type { ReadParams } from './read-sql.js';
import { isStandIn } from './resolve-types.js';
import { parenthesised, quoteName, serverTypeName, SqlWriter } from './sql-text.js';

export interface LookupParams {
  /** Of the step. */
  readonly id: string;
  readonly connection: ReadParams['connection'];
  readonly from: ReadParams['from'];
  readonly searchPath: ReadParams['searchPath'];
  readonly parameters: ReadParams['parameters'];
  /** The columns that keys are equal to, as the types in which they are compared. */
  readonly keys: Schema;
  /** Of `keys`: those whose own text is compared, because it is all that we have of them. */
  readonly comparedAsText: readonly string[];
  readonly columns: Schema;
  /** Of `columns`. */
  readonly serverTypes: ReadParams['serverTypes'];
}

/**
 * Each row with the number of its key, from 1. The keys are arrays: one statement for any number of them, planned for the keys at
 * hand each time, so nothing has to be kept in the session.
 *
 *     SELECT k.n, t."name" FROM ROWS FROM (unnest($1::bigint[])) WITH ORDINALITY AS k(k1, n) JOIN "app"."t" AS t ON t."id" = k.k1
 */
export function lookupStatement(params: LookupParams): string {
  return statementWith(params, new SqlWriter('constants'));
}

/** For explain: parameters by their names. */
export function explainLookup(params: LookupParams): string {
  return statementWith(params, { value: (_text, _type, name) => `:${name}` });
}

function statementWith(
  { from, parameters, keys, comparedAsText, columns }: LookupParams,
  values: Pick<SqlWriter, 'value'>,
): string {
  const fill = (sql: string): string =>
    replaceParameters(sql, (name) => values.value(parameters[name].text, parameters[name].type, name));
  const table = from.kind === 'table' ? from.name : parenthesised(fill(from.sql));
  const names = keys.fields.map((_, i) => `k${i + 1}`);
  const arrays = keys.fields.map(({ type }, i) => `pg_catalog.unnest($${i + 1}::${serverTypeName(type)}[])`);
  const equalities = keys.fields.map(({ name }, i) => {
    const column = `t.${quoteName(name)}`;
    return `${comparedAsText.includes(name) ? `${column}::pg_catalog.text` : column} = k.${names[i]}`;
  });
  const list = ['k.n', ...columns.fields.map(({ name }) => `t.${quoteName(name)}`)].join(', ');
  return (
    `SELECT ${list} FROM ROWS FROM (${arrays.join(', ')}) WITH ORDINALITY AS k(${names.join(', ')}, n)` +
    ` JOIN ${table} AS t ON ${equalities.join(' AND ')}`
  );
}

/** Keys of which we have nothing but the text that the server prints. */
export function standInsOf({ fields }: Schema): string[] {
  return fields.flatMap(({ name, type }) => (isStandIn(type) ? [name] : []));
}
