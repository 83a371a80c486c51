/**
 * The datagen block of a job file: `{type: datagen, rows: 10M, seed: 7, schema: {id: {sequence: {}}, …}}`.
 *
 * The columns are declared under `schema`, as those of files are; `columns` is the list of those to read, as everywhere.
 */
import { z } from 'zod';
import { storeTimestamp } from '../../columnar/datetime.js';
import type { ConnectorConfig } from '../connector.js';
import { columnField } from './column-fields.js';
import type { GeneratedColumn } from './columns.js';
import { countField, int64Field } from './value-fields.js';

const source = z
  .object({
    rows: countField(0).describe('how many rows there are, such as 50k or 10M'),
    seed: int64Field.default('0').describe('other rows for each seed, the same for the same'),
    schema: z
      .record(z.string().min(1), columnField)
      .refine((columns) => Object.keys(columns).length > 0, 'has no columns')
      .describe('columns, and how their values are made: {id: {sequence: {}}, country: {zipf: {values: 200}}}'),
  })
  .superRefine(({ rows, schema }, context) => {
    for (const [name, column] of Object.entries(schema)) {
      // A column that is none has said so itself.
      const problem = 'generator' in column ? overflowOf(column, rows) : null;
      if (problem !== null) context.addIssue({ code: 'custom', message: problem, path: ['schema', name] });
    }
  });

export type DatagenBlock = z.infer<typeof source>;

export const datagenConfig = { source } satisfies ConnectorConfig;

const MICROS_PER_DAY = 86_400_000_000n;

/** Do the values of the last rows fit their type? */
function overflowOf({ generator }: GeneratedColumn, rows: number): string | null {
  if (rows === 0 || (generator.kind !== 'sequence' && generator.kind !== 'timestamps')) return null;
  const last = BigInt(generator.start) + BigInt(generator.step) * BigInt(rows - 1);
  if (generator.kind === 'sequence')
    return BigInt.asIntN(64, last) === last ? null : `would reach ${last} in row ${rows}, which is no bigint`;
  const latest = last + BigInt(generator.jitter);
  const [days, micros] = [Number(latest / MICROS_PER_DAY), Number(latest % MICROS_PER_DAY)];
  return Number.isSafeInteger(days) && storeTimestamp(days, micros, new Int32Array(2), 0)
    ? null
    : `would go beyond the last timestamp in row ${rows}`;
}
