/** The block of one generated column, `{uniform: {type: integer, min: 0, max: 9}, nulls: 10%}` → its generator. */
import { z } from 'zod';
import type { DataType } from '../../columnar/data-type.js';
import { ValueError } from '../../columnar/row-errors.js';
import { typeFromName } from '../../expr/type-from-name.js';
import type { GeneratedColumn, Generator } from './columns.js';
import { parseBound } from './parse-bound.js';
import { countField, int64Field, microsField, plainValue, shareField } from './value-fields.js';

/** Characters of a text: each takes a part of a draw. */
const MOST_CHARACTERS = 8000;
const MOST_SYMBOLS = 256;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const uniformKinds: readonly DataType['kind'][] = [
  'int16',
  'int32',
  'int64',
  'float64',
  'decimal',
  'date',
  'timestamp',
  'timestamptz',
];

type Made = Omit<GeneratedColumn, 'nulls'>;

const sequence = z
  .strictObject({
    start: int64Field.default('1').describe('the value of the first row'),
    step: int64Field.default('1').describe('what each row adds'),
  })
  .transform(({ start, step }): Made => ({ type: { kind: 'int64' }, generator: { kind: 'sequence', start, step } }))
  .describe('bigint: a number for each row, one after another');

const uniform = z
  .strictObject({
    type: z.string().min(1).describe('smallint, integer, bigint, double, numeric(p,s), date, timestamp or timestamptz'),
    min: plainValue.describe('the smallest value'),
    max: plainValue.describe('the largest value'),
  })
  .transform(({ type: name, min, max }, context): Made => {
    const type = name.trim().toLowerCase() === 'double' ? typeFromName('double precision') : typeFromName(name);
    if (type === null || !uniformKinds.includes(type.kind)) {
      const kinds = 'must be smallint, integer, bigint, double, numeric(p,s), date, timestamp or timestamptz';
      context.addIssue({ code: 'custom', message: kinds, path: ['type'] });
      return z.NEVER;
    }
    const [from, to] = [boundOf(type, min, 'min', context), boundOf(type, max, 'max', context)];
    if (from === null || to === null) return z.NEVER;
    if (type.kind === 'float64' ? Number(from) > Number(to) : BigInt(from) > BigInt(to))
      context.addIssue({ code: 'custom', message: `is below "min", ${min}`, path: ['max'] });
    return { type, generator: { kind: 'uniform', min: from, max: to } };
  })
  .describe('values from min to max, both included, each as likely');

const zipf = z
  .strictObject({
    values: countField(1).describe('how many different values there are, such as 200 or 10k'),
    exponent: z.number().min(0.01).max(100).default(1).describe('how unequal they are: 1 is the law of Zipf'),
  })
  .transform(({ values, exponent }): Made => ({
    type: { kind: 'int64' },
    generator: { kind: 'zipf', values, exponent },
  }))
  .describe('bigint from 1 to values, 1 the most frequent: skewed as keys are in real tables');

const wellFormed = z.string().refine((value) => !/\p{Surrogate}/u.test(value), 'has half of a surrogate pair');

const charactersField = z.int().min(0).max(MOST_CHARACTERS);

const text = z
  .strictObject({
    length: z
      .union(
        [
          charactersField.transform((count) => [count, count]),
          z.array(charactersField).refine((range) => range.length === 2, 'must be two numbers, such as [4, 12]'),
        ],
        { error: 'must be a number of characters, or two, such as [4, 12]' },
      )
      .optional()
      .describe('how many characters, or the fewest and the most: [4, 12]'),
    alphabet: wellFormed.min(1).optional().describe('the characters that texts are made of; default: a to z'),
    prefix: wellFormed.optional().describe('what every text begins with, before a number from 1 to distinct'),
    distinct: countField(1).optional().describe('how many different texts there are, such as 1M'),
  })
  .transform((block, context): Made => {
    const generator = block.distinct === undefined ? randomText(block, context) : label(block, context);
    return generator === null ? z.NEVER : { type: { kind: 'text' }, generator };
  })
  .describe('random texts, {length: [4, 12]}, or a prefix and a number, {prefix: "user-", distinct: 1M}');

const timestamps = z
  .strictObject({
    start: z.string().min(1).describe('the moment of the first row'),
    step: microsField.default(1_000_000).describe('time from row to row; default: 1s'),
    jitter: microsField.default(0).describe('each row is later by up to this'),
  })
  .transform(({ start, step, jitter }, context): Made => {
    const type: DataType = { kind: 'timestamp' };
    const from = boundOf(type, start, 'start', context);
    if (from === null) return z.NEVER;
    return { type, generator: { kind: 'timestamps', start: from, step: String(step), jitter } };
  })
  .describe('timestamp: moments that go on with the rows, and a little disorder');

const generators = { sequence, uniform, zipf, text, timestamps };

export const columnField = z
  .strictObject({
    sequence: sequence.optional(),
    uniform: uniform.optional(),
    zipf: zipf.optional(),
    text: text.optional(),
    timestamps: timestamps.optional(),
    nulls: shareField.default(0).describe('the share of rows that are NULL, such as 10%'),
  })
  .transform(({ nulls, ...made }, context): GeneratedColumn => {
    // An unknown key was meant to be one of them.
    if (context.issues.length > 0) return z.NEVER;
    const given = Object.values(made).filter((generator) => generator !== undefined);
    if (given.length === 1) return { ...given[0], nulls };
    const names = Object.keys(generators).join(', ');
    const message = given.length === 0 ? `needs one of ${names}` : `has ${given.length} of ${names}; keep one`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

function boundOf(type: DataType, value: string | number, key: string, context: z.RefinementCtx): string | null {
  try {
    return parseBound(type, value);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    context.addIssue({ code: 'custom', message: error.message, path: [key] });
    return null;
  }
}

interface TextBlock {
  readonly length?: readonly number[];
  readonly alphabet?: string;
  readonly prefix?: string;
  readonly distinct?: number;
}

function randomText({ length, alphabet = LETTERS, prefix }: TextBlock, context: z.RefinementCtx): Generator | null {
  const issue = (message: string, ...path: string[]): null => {
    context.addIssue({ code: 'custom', message, path });
    return null;
  };
  if (prefix !== undefined) return issue('is of use with "distinct" only', 'prefix');
  if (length === undefined) return issue('needs "length", or "distinct" with or without a prefix');
  const [minLength, maxLength] = length;
  if (minLength > maxLength) return issue('has the most characters before the fewest', 'length');
  if (Array.from(alphabet).length > MOST_SYMBOLS) return issue(`has more than ${MOST_SYMBOLS} characters`, 'alphabet');
  return { kind: 'text', minLength, maxLength, alphabet };
}

function label({ length, alphabet, prefix = '', distinct }: TextBlock, context: z.RefinementCtx): Generator | null {
  for (const [key, given] of Object.entries({ length, alphabet })) {
    if (given === undefined) continue;
    context.addIssue({ code: 'custom', message: 'is of no use with "distinct"', path: [key] });
    return null;
  }
  return { kind: 'label', prefix, distinct: distinct! };
}
