/** Checks a redis sink block against its input and turns it into the plan of its commands. Connects to nothing. */
import type { DataType } from '../../columnar/data-type.js';
import { typeName } from '../../columnar/data-type.js';
import { fieldIndex, type Schema } from '../../columnar/batch.js';
import { UnreadableValueError, formatDuration, parseRatio } from '../../config/units.js';
import { EtlError } from '../../errors/etl-error.js';
import { referencedColumns } from '../../expr/walk.js';
import type { TypedExpr } from '../../expr/typed-expr.js';
import type { JsonObject, SinkPlan, SinkPlanner, SinkPlanRequest } from '../connector.js';
import { readDuration, type RedisConnectionBlock, type RedisSinkBlock } from './config.js';
import { parseKeyTemplate, type KeyPart } from '../../expr/key-template.js';
import { parseRedisAddress } from './redis-address.js';
import type { ExpiryForm, RedisSinkParams, ValueForm } from './sink-params.js';

export const planRedisSink: SinkPlanner = { plan: planSink };

type Check = SinkPlanRequest['expression'];

function planSink(request: SinkPlanRequest): SinkPlan {
  const { input, context } = request;
  const block = request.sink.own as unknown as RedisSinkBlock;
  const refuse = (message: string, hint?: string): never => {
    throw new EtlError('ETL-4211', `sink "${request.sink.id}": ${message}`, { at: request.sink.at, hint });
  };
  const key = planKey(block.key, request.expression);
  const value = planValue(block.value, input, request.expression, refuse);
  const expiry = planExpiry(block, value, request.expression, refuse);
  const params: RedisSinkParams = {
    address: parseRedisAddress(request.connection as unknown as RedisConnectionBlock, context.baseDir),
    key,
    value,
    expiry,
    maxInFlight: block.maxInFlight,
  };
  return {
    params: params as unknown as JsonObject,
    columns: usedColumns(params, input),
    effect: 'idempotent',
    commit: 'batch',
    description: describe(block.key, value, expiry),
    notes: notes(key, expiry, input),
  };
}

type Refuse = (message: string, hint?: string) => never;

function planKey(template: string, check: Check): KeyPart<TypedExpr>[] {
  return parseKeyTemplate(template).map((part) =>
    part.kind === 'constant' ? part : { ...part, expr: check(part.expr, ['key']) },
  );
}

function planValue(value: RedisSinkBlock['value'], input: Schema, check: Check, refuse: Refuse): ValueForm {
  const known = (columns: readonly string[]): readonly string[] => {
    for (const name of columns) {
      if (fieldIndex(input, name) < 0)
        refuse(`its value names the column "${name}", which does not arrive here`, `it gets ${names(input)}`);
    }
    return columns;
  };
  if (value === 'json') return { kind: 'json', columns: input.fields.map((field) => field.name) };
  if ('json' in value) return { kind: 'json', columns: known(value.json) };
  if ('hash' in value) return { kind: 'hash', columns: known(value.hash) };
  if ('string' in value) return { kind: 'string', expr: check(value.string, ['value', 'string']) };
  if ('set' in value) return { kind: 'set', member: check(value.set, ['value', 'set']) };
  const score = check(value.zset.score, ['value', 'zset', 'score']);
  if (!isNumber(score.type)) refuse(`the score of a sorted set is a number, not ${typeName(score.type)}`);
  return { kind: 'zset', member: check(value.zset.member, ['value', 'zset', 'member']), score };
}

function planExpiry(block: RedisSinkBlock, value: ValueForm, check: Check, refuse: Refuse): ExpiryForm {
  const { ttl, expireAt, keepTtl } = block;
  const given = [
    ttl !== undefined && 'ttl',
    expireAt !== undefined && 'expireAt',
    keepTtl === true && 'keepTtl',
  ].filter(Boolean);
  if (given.length > 1) refuse(`${given.join(' and ')} contradict each other`, 'keep one of them');
  if (block.ttlJitter !== undefined && ttl === undefined) refuse('ttlJitter spreads a ttl, and there is none');
  if (keepTtl === true) {
    if (value.kind === 'hash')
      refuse('keepTtl cannot be used with a hash, which is deleted before it is written again');
    return { kind: 'keep' };
  }
  if (expireAt !== undefined) {
    const moment = check(expireAt, ['expireAt']);
    if (!isMoment(moment.type)) {
      refuse(`expireAt is a timestamp, a date or seconds since 1970, not ${typeName(moment.type)}`);
    }
    return { kind: 'at', moment };
  }
  if (ttl === undefined) return { kind: 'never' };
  const jitter = readJitter(block.ttlJitter ?? 0, refuse);
  const fixedMs = typeof ttl === 'number' ? ttl * 1000 : readDuration(ttl);
  if (fixedMs !== null) return fixedTtl(fixedMs, jitter, refuse);
  const seconds = check(String(ttl), ['ttl']);
  if (seconds.kind === 'literal' && seconds.text !== null && isNumber(seconds.type)) {
    return fixedTtl(Number(seconds.text) * 1000, jitter, refuse);
  }
  if (!isNumber(seconds.type)) {
    refuse(
      `ttl is a duration (24h) or a number of seconds, not ${typeName(seconds.type)}`,
      'of an interval: extract(epoch FROM …)',
    );
  }
  return { kind: 'ttl', seconds, jitter };
}

function fixedTtl(ttlMs: number, jitter: number, refuse: Refuse): ExpiryForm {
  if (!(ttlMs >= 1) || ttlMs > Number.MAX_SAFE_INTEGER / 2)
    refuse('ttl must be more than 0', 'without ttl a key never expires');
  return { kind: 'fixed', ttlMs: Math.round(ttlMs), jitter };
}

function readJitter(value: string | number, refuse: Refuse): number {
  const share = typeof value === 'number' ? value : readRatio(value, refuse);
  if (!(share >= 0 && share < 1)) refuse(`ttlJitter is a share of the ttl below 100%, such as 10%, not ${value}`);
  return share;
}

function readRatio(text: string, refuse: Refuse): number {
  try {
    return parseRatio(text);
  } catch (error) {
    if (error instanceof UnreadableValueError) return refuse(`ttlJitter ${error.message}`);
    throw error;
  }
}

function isNumber({ kind }: DataType): boolean {
  return ['int16', 'int32', 'int64', 'float32', 'float64', 'decimal', 'numeric'].includes(kind);
}

function isMoment(type: DataType): boolean {
  return isNumber(type) || ['timestamp', 'timestamptz', 'date'].includes(type.kind);
}

function usedColumns({ key, value, expiry }: RedisSinkParams, input: Schema): string[] {
  const used = new Set<string>('columns' in value ? value.columns : []);
  const exprs = key.flatMap((part) => (part.kind === 'expr' ? [part.expr] : []));
  if (value.kind === 'string') exprs.push(value.expr);
  if (value.kind === 'set' || value.kind === 'zset') exprs.push(value.member);
  if (value.kind === 'zset') exprs.push(value.score);
  if (expiry.kind === 'ttl') exprs.push(expiry.seconds);
  if (expiry.kind === 'at') exprs.push(expiry.moment);
  for (const expr of exprs) for (const name of referencedColumns(expr)) used.add(name);
  return input.fields.map((field) => field.name).filter((name) => used.has(name));
}

/** `SET event:{id} json PXAT run + 24h ± 10%` */
function describe(key: string, value: ValueForm, expiry: ExpiryForm): string {
  const write = {
    json: () => `SET ${key} json`,
    string: () => `SET ${key} string`,
    hash: () => `DEL + HSET ${key}`,
    set: () => `SADD ${key}`,
    zset: () => `ZADD ${key}`,
  }[value.kind]();
  const inOne = value.kind === 'json' || value.kind === 'string';
  const word = inOne ? ' PXAT' : ' + PEXPIREAT';
  switch (expiry.kind) {
    case 'never':
      return write;
    case 'keep':
      return inOne ? `${write} KEEPTTL` : write;
    case 'fixed':
      return `${write}${word} run + ${formatDuration(expiry.ttlMs)}${spread(expiry.jitter)}`;
    case 'ttl':
      return `${write}${word} run + ttl${spread(expiry.jitter)}`;
    case 'at':
      return `${write}${word} expireAt`;
  }
}

function spread(jitter: number): string {
  return jitter === 0 ? '' : ` ± ${Math.round(jitter * 1000) / 10}%`;
}

function notes(key: readonly KeyPart<TypedExpr>[], expiry: ExpiryForm, input: Schema): string[] {
  const found: string[] = [];
  if (key.every((part) => part.kind === 'constant')) found.push('every row is written to the same key');
  if (expiry.kind === 'never') found.push('the keys never expire: no ttl, expireAt or keepTtl is given');
  const perRow = expiry.kind === 'ttl' ? expiry.seconds : expiry.kind === 'at' ? expiry.moment : null;
  if (perRow !== null && mayBeNull(perRow, input)) {
    found.push(`where ${expiry.kind === 'ttl' ? 'ttl' : 'expireAt'} is NULL the key never expires`);
  }
  return found;
}

function mayBeNull(expr: TypedExpr, input: Schema): boolean {
  if (expr.kind === 'literal') return expr.text === null;
  if (expr.kind !== 'column')
    return [...referencedColumns(expr)].some((name) => input.fields[fieldIndex(input, name)].nullable);
  return input.fields[fieldIndex(input, expr.name)].nullable;
}

function names(input: Schema): string {
  return input.fields.map((field) => field.name).join(', ');
}
