/**
 * The blocks of a job file as zod objects, without the keys that belong to connectors and to operators (operators/). The JSON Schema that editors use
 * is printed from these same objects, so every `describe` is what a person reads while typing.
 */
import { z } from 'zod';
import { bigCountField, countField, expressionField, parallelismField, ratioField } from './field-types.js';

export const connectionFields = z.looseObject({
  type: z.string().describe('The connector: postgres, redis, sqlite, …'),
});

/** conf/connections.yaml */
export const sharedFields = z.strictObject({ connections: z.record(z.string(), z.unknown()) });

export const paramFields = z.strictObject({
  type: z.string().describe('A SQL type: date, bigint, text, numeric(10,2), …'),
  default: z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .optional()
    .describe('The value without --param; null is NULL. A parameter without default must be given.'),
  description: z.string().optional(),
});

/** What may be said of each way to cut. */
const splitKeys: Readonly<Record<string, readonly string[]>> = {
  range: ['column', 'size', 'count', 'lower', 'upper'],
  percentile: ['column', 'size', 'count', 'lower', 'upper'],
  ctid: ['count'],
  hash: ['column', 'count'],
  values: ['column', 'values'],
  none: [],
};

const splitFields = z
  .strictObject({
    column: z
      .string()
      .min(1)
      .optional()
      .describe('The column whose ranges are read in parallel; default: the primary key'),
    size: bigCountField('Key values per split, such as 50000 or 50k').optional(),
    count: bigCountField('How many splits').optional(),
    lower: z
      .union([z.string(), z.number()])
      .optional()
      .describe('Cuts begin here; rows below belong to the first split'),
    upper: z.union([z.string(), z.number()]).optional().describe('Cuts end here; rows above belong to the last split'),
    values: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .optional()
      .describe('Values of the column, one split each; one more split has all other rows'),
    strategy: z
      .enum(['range', 'percentile', 'ctid', 'hash', 'values', 'none'])
      .optional()
      .describe(
        'How the source is cut. range: equal ranges of the column; percentile: ranges of about equally many rows; ctid: blocks of a table; hash: by a hash of any column, each split reads the whole table; values: by listed values; none: not at all',
      ),
  })
  .refine((split) => split.size === undefined || split.count === undefined, {
    message: 'has both "size" and "count"; give one',
    path: ['count'],
  })
  .superRefine((split, context) => {
    const strategy = split.strategy ?? (split.values === undefined ? 'range' : 'values');
    for (const key of ['column', 'size', 'count', 'lower', 'upper', 'values'] as const) {
      if (split[key] === undefined || splitKeys[strategy].includes(key)) continue;
      context.addIssue({ code: 'custom', message: `is of no use with strategy: ${strategy}`, path: [key] });
    }
  })
  .describe('How the source is cut into pieces that slots read in parallel');

const connectionName = z.string().min(1).describe('The name of a connection');
const typeName = z.string().min(1).describe('The connector, where it needs no connection');

export const sourceFields = z.strictObject({
  connection: connectionName.optional(),
  type: typeName.optional(),
  columns: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Columns to read; default: those that later steps need'),
  where: expressionField('A condition that the source itself evaluates').optional(),
  split: splitFields.optional(),
  fetchSize: countField('Rows per batch, and per fetch with read: cursor', 1, 1_000_000).optional(),
  consistency: z
    .enum(['snapshot', 'split'])
    .optional()
    .describe('snapshot: all splits see one moment of the database; split: each split its own'),
  parallelism: parallelismField.optional(),
});

export const onRejectField = z
  .union([
    z.enum(['fail', 'skip']),
    z.strictObject({
      file: z
        .string()
        .min(1)
        .optional()
        .describe('Where rejected rows are written, as NDJSON; without it they are only counted'),
      maxRows: countField('More rejected rows than this fail the run', 0).optional(),
      maxRatio: ratioField('A larger share of rejected rows fails the run, such as 1%').optional(),
    }),
  ])
  .describe('What happens to a row that cannot be written: fail (default), skip, or {file, maxRows, maxRatio}');

export const sinkFields = z.strictObject({
  connection: connectionName.optional(),
  type: typeName.optional(),
  from: z.string().min(1).optional().describe('The step or source to write; default: the last step'),
  onReject: onRejectField.optional(),
  rateLimit: countField('Most rows a second, all slots together', 1, 1_000_000_000).optional(),
  parallelism: parallelismField.optional(),
});

export const stepFields = z.strictObject({
  id: z.string().min(1).optional().describe('A name that later steps can read from'),
  from: z.string().min(1).optional().describe('The source or step to read; default: the step before'),
  parallelism: parallelismField.optional(),
  description: z.string().optional(),
});

export const jobFields = z.strictObject({
  name: z.string().min(1).describe('The name of the job, in reports and on the servers it talks to'),
  description: z.string().optional(),
  params: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Values given with --param name=value; :name in expressions'),
  parallelism: parallelismField.optional(),
  connections: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Where data comes from and goes to; shared ones live in conf/connections.yaml'),
  sources: z.record(z.string(), z.unknown()).describe('What is read, by id'),
  steps: z
    .array(z.unknown())
    .optional()
    .describe('What happens to the rows, in order; each step has exactly one operator'),
  sinks: z.record(z.string(), z.unknown()).describe('Where the rows go, by id'),
});
