/** Lookups in PostgreSQL, for the planner: described as a source of the same table or query would be. */
import { fieldIndex, type Schema } from '../../columnar/batch.js';
import { typeName } from '../../columnar/data-type.js';
import type { JsonObject, LookupBlock, LookupDescription, LookupPlan, LookupPlanner, LookupWish, SourceBlock } from '../connector.js'; // prettier-ignore
import { openSession } from './catalog.js';
import { checkConnection } from './config.js';
import { connectionOptions } from './connection-options.js';
import type { ServerColumn } from './describe-query.js';
import { describeSource, fromClause, type Findings } from './describe-source.js';
import { findParameters } from './find-parameters.js';
import { explainLookup, standInsOf, type LookupParams } from './lookup-params.js';
import { quoteName } from './sql-text.js';

export const planPostgresLookup: LookupPlanner = { describe, plan };

/** What `describe` found, for `plan`. */
interface Described {
  readonly findings: Findings;
  readonly serverTypes: readonly ServerColumn[];
  /** As slots connect: they need not try again whether the server has TLS. */
  readonly connection: JsonObject;
}

async function describe(lookup: LookupBlock): Promise<LookupDescription> {
  const { connection, context } = lookup;
  const session = await openSession(connectionOptions(checkConnection(connection), context.baseDir), context, 'plan');
  try {
    const source = sourceOf(lookup);
    const { schema, own } = await describeSource(session, source);
    const findings = own as unknown as Findings;
    const names = schema.fields.map(({ name }) => quoteName(name)).join(', ');
    const statement = `SELECT ${names} FROM ${fromClause(findings.from, source)}`;
    const serverTypes = await session.describe(statement, `planning lookup ${lookup.id}`, lookup.at);
    const isPlain = session.request.options.mayFallBackToPlain && !session.usesTls;
    const described: Described = {
      findings,
      serverTypes,
      connection: isPlain ? { ...connection, sslmode: 'disable' } : connection,
    };
    return { schema, own: described as unknown as JsonObject };
  } finally {
    await session.close();
  }
}

function plan({ id, params }: LookupBlock, description: LookupDescription, { keys, columns }: LookupWish): LookupPlan {
  const { findings, serverTypes, connection } = description.own as unknown as Described;
  const { from, table } = findings;
  const picked = columns.map((name) => fieldIndex(description.schema, name));
  const used = from.kind === 'query' ? findParameters(from.sql).map(({ name }) => name) : [];
  const fields = picked.map((index) => description.schema.fields[index]);
  const compared: Schema = {
    fields: keys.fields.map(({ name }) => description.schema.fields[fieldIndex(description.schema, name)]),
  };
  const lookup: LookupParams = {
    id,
    connection,
    from,
    searchPath: 'rpm'.includes(table?.relkind ?? 'query') ? 'pg_catalog' : 'role',
    parameters: Object.fromEntries(used.map((name) => [name, { text: params[name].text, type: params[name].type }])),
    keys,
    comparedAsText: standInsOf(compared),
    columns: { fields },
    serverTypes: picked.map((index, i) => ({ ...serverTypes[index], serverName: typeName(fields[i].type) })),
  };
  return { params: lookup as unknown as JsonObject, asks: explainLookup(lookup) };
}

function sourceOf({ id, target, params, at }: LookupBlock): SourceBlock {
  const own = target.kind === 'rows' ? target.own : {};
  return { id, own, columns: null, where: null, split: null, fetchSize: 0, consistency: null, params, at };
}
