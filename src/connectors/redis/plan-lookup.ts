/** Lookups in Redis, for the planner: the job says what stands under a key, so nothing is connected to. */
import { fieldIndex, type Field, type Schema } from '../../columnar/batch.js';
import { typeName } from '../../columnar/data-type.js';
import { EtlError, toEtlError } from '../../errors/etl-error.js';
import { checkExpression } from '../../expr/check-expression.js';
import type { TypedExpr } from '../../expr/typed-expr.js';
import type { JsonObject, LookupBlock, LookupDescription, LookupPlan, LookupPlanner, LookupTarget, LookupWish } from '../connector.js'; // prettier-ignore
import type { RedisConnectionBlock } from './config.js';
import { jsonSchema, type LookedUpValue, type RedisLookupParams } from './lookup-params.js';
import { parseRedisAddress } from './redis-address.js';

export const planRedisLookup: LookupPlanner = { describe, plan };

type Values = Extract<LookupTarget, { kind: 'values' }>;

function describe({ target, at }: LookupBlock): Promise<LookupDescription> {
  const { schema, form } = valuesOf(target);
  for (const field of schema.fields) {
    if (form === 'json') fieldOfJson(field, at);
    else if (field.type.kind === 'list')
      throw new EtlError('ETL-3029', `"${field.name}": Redis keeps no ${typeName(field.type)}`, {
        at,
        hint: 'take it as text, and cast it in a select behind the lookup',
      });
  }
  return Promise.resolve({ schema, own: {} });
}

function plan(
  { id, target, connection, context }: LookupBlock,
  { schema }: LookupDescription,
  wish: LookupWish,
): LookupPlan {
  const { template, form } = valuesOf(target);
  const columns = { fields: wish.columns.map((name) => schema.fields[fieldIndex(schema, name)]) };
  const params: RedisLookupParams = {
    id,
    address: parseRedisAddress(connection as unknown as RedisConnectionBlock, context.baseDir),
    template,
    value: valueOf(form, schema, columns),
    columns,
  };
  const key = template.map((part) => (typeof part === 'string' ? part : `{${wish.keys.fields[part].name}}`)).join('');
  const asks = form === 'hash' ? `HMGET ${key} ${schema.fields.map(({ name }) => name).join(' ')}` : `GET ${key}`;
  return { params: params as unknown as JsonObject, asks };
}

function valueOf(form: Values['form'], { fields }: Schema, columns: Schema): LookedUpValue {
  if (form === 'hash') return { kind: 'hash', fields: fields.map(({ name }) => name) };
  if (form === 'string') return { kind: 'string' };
  return { kind: 'json', exprs: columns.fields.map((field) => fieldOfJson(field)) };
}

/** `(value ->> 'name')::type` */
function fieldOfJson({ name, type }: Field, at?: LookupBlock['at']): TypedExpr {
  const field = `'${name.replaceAll("'", "''")}'`;
  const isJson = type.kind === 'json' || type.kind === 'jsonb';
  const text = isJson ? `(value -> ${field})::${type.kind}` : `(value ->> ${field})::${typeName(type)}`;
  try {
    return checkExpression(text, { columns: jsonSchema.fields, params: {}, now: '2000-01-01 00:00:00+00' });
  } catch (error) {
    const hint = 'take it as json or text, and cast it in a select behind the lookup';
    const message = `"${name}": a field of JSON cannot be read as ${typeName(type)}: ${toEtlError(error).message}`;
    throw new EtlError('ETL-3029', message, { at, hint });
  }
}

function valuesOf(target: LookupTarget): Values {
  if (target.kind === 'values') return target;
  throw new EtlError('ETL-9001', 'Redis is asked for the rows of a table');
}
