/** The sqlite blocks of a job file. The database is a file; `:memory:` would be another one in each process. */
import { z } from 'zod';
import type { ConnectorConfig } from '../connector.js';

const connection = z.object({
  url: z.string().min(1).describe('path of the database file, from the folder of the job file'),
});

const source = z.object({
  table: z.string().min(1).optional().describe('table or view'),
  query: z
    .string()
    .min(1)
    .optional()
    .describe('SELECT statement, in place of a table; :name is a parameter of the job'),
});

const sink = z.object({
  table: z.string().min(1).describe('table that is written to'),
  mode: z
    .enum(['append', 'upsert', 'replace'])
    .optional()
    .describe(
      'append: adds rows. upsert: a row whose keys are there takes the place of the old one. replace: the rows of this run and no others. Default: upsert with keys, else append',
    ),
  commit: z
    .enum(['batch', 'atomic'])
    .optional()
    .describe(
      'batch: the rows of each split are seen when it ends. atomic: those of the whole run at its end, or none; replace always is',
    ),
  keys: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('columns that tell rows apart, for upsert; the table has a primary key or unique index on them'),
  columns: z.array(z.string()).min(1).optional().describe('columns that are written; default: all that arrive'),
  createTable: z.boolean().default(false).describe('true makes the table, and the file, when it is missing'),
});

export type SqliteConnectionBlock = z.infer<typeof connection>;
export type SqliteSourceBlock = z.infer<typeof source>;
export type SqliteSinkBlock = z.infer<typeof sink>;

export const sqliteConfig = { connection, source, sink } satisfies ConnectorConfig;
