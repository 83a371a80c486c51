/** The redis blocks of a job file: `connections: {cache: {type: redis, …}}` and sinks on it. */
import { z } from 'zod';
import { UnreadableValueError, parseDuration } from '../../config/units.js';
import type { ConnectorConfig, JsonObject, PlacedExpression } from '../connector.js';
import { KeyTemplateError, parseKeyTemplate } from '../../expr/key-template.js';

const tls = z.strictObject({
  ca: z.string().optional().describe('file of the certificate authority that signed the server (PEM)'),
  cert: z.string().optional().describe('file of the client certificate (PEM)'),
  key: z.string().optional().describe('file of the client key (PEM)'),
  servername: z.string().optional().describe('name that the server certificate must carry; default: the host'),
  rejectUnauthorized: z.boolean().optional().describe('false accepts any certificate: for tests only'),
});

const connection = z.object({
  url: z
    .string()
    .describe('redis://[user:password@]host[:port][/database], rediss:// for TLS, or the path of a UNIX socket'),
  username: z.string().optional().describe('ACL user; default: that of the URL'),
  password: z.string().optional().describe('better from the environment: ${REDIS_PASSWORD}'),
  database: z.int().min(0).optional().describe('database number; default: that of the URL, else 0'),
  tls: tls.optional().describe('TLS options; with rediss:// they add to it, with redis:// they turn TLS on'),
});

const columns = z.array(z.string()).min(1);

const valueForms = [
  z.literal('json').describe('all columns as one JSON object'),
  z.strictObject({ json: columns }).describe('these columns as one JSON object'),
  z.strictObject({ string: z.string() }).describe('an expression, as text; bytea as its bytes'),
  z.strictObject({ hash: columns }).describe('a hash with a field for each of these columns; replaces the key'),
  z.strictObject({ set: z.string() }).describe('adds the expression to a set'),
  z.strictObject({ zset: z.strictObject({ member: z.string(), score: z.string() }) }).describe('adds to a sorted set'),
] as const;

const value = z.union(valueForms, { error: ({ input }) => valueProblem(input) });

const sink = z.object({
  key: z
    .string()
    .min(1)
    .superRefine((text, context) => {
      const problem = templateProblem(text);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    })
    .describe('key template: "user:{id}"; {expr} is any expression, {{ and }} are braces'),
  value: value.default('json').describe('what is written under the key'),
  ttl: z
    .union([z.string(), z.number()])
    .optional()
    .describe(
      'lifetime of a key: a duration (24h), or an expression in seconds; where it is NULL the key never expires',
    ),
  expireAt: z
    .string()
    .optional()
    .describe(
      'moment of expiry: an expression of a timestamp, a date, or seconds since 1970; where it is NULL the key never expires',
    ),
  keepTtl: z.boolean().optional().describe('true leaves the lifetime that an existing key has'),
  ttlJitter: z
    .union([z.string(), z.number()])
    .optional()
    .describe('spreads ttl by up to this share (10%) in both directions, the same for a key every time'),
  maxInFlight: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('chunks of at most 1 MiB sent and not yet answered, for each connection'),
});

export type RedisConnectionBlock = z.infer<typeof connection>;
export type RedisSinkBlock = z.infer<typeof sink>;

export const redisConfig = { connection, sink, sinkExpressions } satisfies ConnectorConfig;

function sinkExpressions(own: JsonObject): readonly PlacedExpression[] {
  const { key, value, ttl, expireAt } = own as unknown as RedisSinkBlock;
  const whole = (text: string | undefined, ...place: string[]): PlacedExpression[] =>
    text === undefined ? [] : [{ text, place, start: 0 }];
  const parts = parseKeyTemplate(key).flatMap((part): PlacedExpression[] =>
    part.kind === 'expr' ? [{ text: part.expr, place: ['key'], start: part.start }] : [],
  );
  if (typeof value === 'object' && 'string' in value) parts.push(...whole(value.string, 'value', 'string'));
  if (typeof value === 'object' && 'set' in value) parts.push(...whole(value.set, 'value', 'set'));
  if (typeof value === 'object' && 'zset' in value) {
    parts.push(...whole(value.zset.member, 'value', 'zset', 'member'));
    parts.push(...whole(value.zset.score, 'value', 'zset', 'score'));
  }
  if (typeof ttl === 'string' && readDuration(ttl) === null) parts.push(...whole(ttl, 'ttl'));
  return [...parts, ...whole(expireAt, 'expireAt')];
}

/** Milliseconds, or null for what is an expression. */
export function readDuration(text: string): number | null {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof UnreadableValueError) return null;
    throw error;
  }
}

function templateProblem(text: string): string | null {
  try {
    parseKeyTemplate(text);
    return null;
  } catch (error) {
    if (error instanceof KeyTemplateError) return error.message;
    throw error;
  }
}

function valueProblem(input: unknown): string {
  const form = typeof input === 'object' && input !== null ? Object.keys(input)[0] : null;
  if (form === 'list' || form === 'stream') {
    return `value: {${form}: …} is not written yet, because a repeated attempt would append twice; use hash, set or zset`;
  }
  return 'value must be json, {json: [columns]}, {string: expression}, {hash: [columns]}, {set: expression} or {zset: {member, score}}';
}
