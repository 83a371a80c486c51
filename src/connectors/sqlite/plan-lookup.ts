/** Lookups in SQLite, for the planner: described as a source of the same table or query would be. */
import path from 'node:path';
import { fieldIndex } from '../../columnar/batch.js';
import type {
  JsonObject,
  LookupBlock,
  LookupDescription,
  LookupPlan,
  LookupPlanner,
  LookupWish,
} from '../connector.js';
import { sqlitePlanner, type Findings } from './catalog.js';
import type { SqliteConnectionBlock } from './config.js';
import { lookupSql, type LookupParams } from './lookup-params.js';
import { boundParams } from './sql-text.js';

export const planSqliteLookup: LookupPlanner = { describe, plan };

async function describe({ id, target, connection, params, context, at }: LookupBlock): Promise<LookupDescription> {
  const catalog = await sqlitePlanner.open(connection, context);
  try {
    const own = target.kind === 'rows' ? target.own : {};
    const source = { id, own, columns: null, where: null, split: null, fetchSize: 0, consistency: null, params, at };
    const { schema, own: findings } = await catalog.describe(source);
    return { schema, own: findings };
  } finally {
    await catalog.close();
  }
}

function plan(
  { id, connection, params, context }: LookupBlock,
  { schema, own }: LookupDescription,
  { keys, columns }: LookupWish,
): LookupPlan {
  const { url } = connection as unknown as SqliteConnectionBlock;
  const lookup: LookupParams = {
    id,
    file: path.resolve(context.baseDir, url),
    from: (own as unknown as Findings).from,
    binds: boundParams(params),
    keys,
    columns: { fields: columns.map((name) => schema.fields[fieldIndex(schema, name)]) },
  };
  return { params: lookup as unknown as JsonObject, asks: lookupSql(lookup) };
}
