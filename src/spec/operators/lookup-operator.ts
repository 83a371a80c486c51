/** lookup: rows of the step before, enriched with what a database or a key-value store has for them. */
import { z } from 'zod';
import { KeyTemplateError, parseKeyTemplate, type KeyPart } from '../../expr/key-template.js';
import type { LookupManner } from '../../protocol/task.js';
import { countField, durationField, expressionField } from '../field-types.js';
import { problemAt } from '../reading.js';
import type { ExprText, LookedUp } from '../step-operator.js';
import { only, operatorBlock, type OperatorReading } from './operator-reading.js';

/** A request's rows are one batch at least: no more keys than that has rows. */
const MOST_KEYS = 8192;

const fieldTypes = z.record(z.string(), z.string());

const valueField = z
  .union(
    [
      z.strictObject({ hash: fieldTypes.describe('Fields of a hash and their SQL types') }),
      z.strictObject({ json: fieldTypes.describe('Fields of a JSON object and their SQL types') }),
      z.strictObject({ string: fieldTypes.describe('A name for the string, and its SQL type') }),
    ],
    { error: 'must be {hash: {…}}, {json: {…}} or {string: {name: type}}' },
  )
  .describe('What stands under the key, and what is added of it: {hash: {name: text, score: real}}');

const cacheField = z
  .union(
    [
      z.literal(false),
      z.strictObject({
        rows: countField('Most rows that a slot keeps', 1).default(10_000),
        ttl: durationField('How long what was found counts; default: while there is room').optional(),
      }),
    ],
    { error: 'must be false or {rows: 100k, ttl: 10m}' },
  )
  .describe('Keeps what was found, and what was not; within the step’s share of the memory. Default: 10000 rows');

const lookupFields = z
  .strictObject({
    connection: z.string().min(1).describe('Where to look: one of the connections'),
    table: z.string().min(1).optional().describe('A table or view, as a source names it'),
    query: z.string().min(1).optional().describe('A SELECT in place of a table; the keys are asked for around it'),
    on: z
      .record(z.string(), expressionField('An expression over the row'))
      .optional()
      .describe('Columns over there, and what they must be equal to: {id: country_id}'),
    columns: z
      .array(expressionField('A column over there, or column AS name'))
      .min(1)
      .optional()
      .describe('What is added; default: all columns but those of "on", all fields of the value'),
    key: z.string().min(1).optional().describe('Of Redis: a template of the key, "user:{id}"'),
    value: valueField.optional(),
    type: z
      .enum(['left', 'inner'])
      .default('left')
      .describe('left: NULLs where nothing is found; inner: the row is left out'),
    unique: z.boolean().default(false).describe('Rejects a row for which more than one is found'),
    cache: cacheField.default({ rows: 10_000 }),
    batch: countField('Keys of a request', 1, MOST_KEYS).default(1000),
    concurrency: countField('Requests of a slot under way at once, each on a connection', 1, 64).default(4),
    ordered: z.boolean().default(true).describe('false: rows leave as soon as they are ready'),
    timeout: durationField('How long a request may take').default(10_000),
    retries: countField('How often a request is repeated after an error that may pass', 0, 100).default(3),
  })
  .superRefine((value, context) => {
    for (const message of problemsOf(value)) context.addIssue({ code: 'custom', message });
  });

type LookupBlock = z.output<typeof lookupFields>;
/** Where to look, without what is wanted of it. */
type Place = WithoutColumns<LookedUp>;
type WithoutColumns<Target> = Target extends unknown ? Omit<Target, 'columns'> : never;

export const lookupOperators = {
  lookup: operatorBlock(
    lookupFields.describe(
      'Adds what a table, a query or Redis has for the keys of each row: many keys at once, cached',
    ),
    (at, value) => {
      const { connection, type, unique } = value;
      const place = value.key === undefined ? rowsOf(at, value) : valuesOf(at, value.key, value.value!);
      const columns = value.columns === undefined ? null : at.texts('columns');
      const target = place && { ...place, columns };
      return target && only({ kind: 'lookup', connection, target, type, unique, manner: mannerOf(value) });
    },
  ),
};

function problemsOf({ table, query, key, on, value }: Partial<LookupBlock>): readonly string[] {
  const places = Object.entries({ table, query, key }).flatMap(([name, given]) => (given === undefined ? [] : [name]));
  if (places.length !== 1) return ['needs one of "table", "query" and "key"'];
  const [place] = places;
  const own = { on: on !== undefined, value: value !== undefined };
  if (place !== 'key' && !own.on) return [`needs "on" beside "${place}": {column: expression}`];
  if (on !== undefined && Object.keys(on).length === 0) return ['needs a column in "on": {column: expression}'];
  if (place === 'key' && !own.value) return ['needs "value" beside "key": {hash: {field: type}}'];
  const strange = place === 'key' ? (['on'] as const) : (['value'] as const);
  return strange.filter((name) => own[name]).map((name) => `takes no "${name}" beside "${place}"`);
}

function rowsOf(at: OperatorReading, { table, query, on }: LookupBlock): Place {
  return {
    kind: 'rows',
    own: { ...(table !== undefined && { table }), ...(query !== undefined && { query }) },
    on: Object.keys(on!).map((column) => ({ column, equals: at.text('on', column) })),
  };
}

function valuesOf(at: OperatorReading, key: string, value: NonNullable<LookupBlock['value']>): Place | null {
  const parts = partsOf(at, key);
  const [[form, declared]] = Object.entries(value) as ['hash' | 'json' | 'string', Record<string, string>][];
  const schema = at.schema(declared, 'value', form);
  if (parts === null || schema === null) return null;
  if (form === 'string' && schema.length > 1) {
    problemAt(at.reading, 'ETL-2043', 'a string is one value, with one name', at.at('value', 'string'));
    return null;
  }
  return { kind: 'values', key, parts, form, schema };
}

function partsOf(at: OperatorReading, key: string): readonly KeyPart<ExprText>[] | null {
  try {
    return parseKeyTemplate(key).map((part) =>
      part.kind === 'constant'
        ? part
        : { ...part, expr: { text: part.expr, path: [at.name, 'key'], start: part.start } },
    );
  } catch (error) {
    if (!(error instanceof KeyTemplateError)) throw error;
    problemAt(at.reading, 'ETL-2043', error.message, at.at('key'));
    return null;
  }
}

function mannerOf({ batch, concurrency, ordered, timeout, retries, cache }: LookupBlock): LookupManner {
  const kept = cache === false ? null : { rows: cache.rows, ttlMs: cache.ttl ?? null };
  return { batch, concurrency, ordered, timeoutMs: timeout, retries, cache: kept };
}
