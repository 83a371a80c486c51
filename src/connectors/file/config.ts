/** The file blocks of a job file: `{type: file, path: …}` as a source and as a sink. */
import { z } from 'zod';
import type { ConnectorConfig } from '../connector.js';

const format = z
  .enum(['ndjson', 'csv', 'arrow', 'arrow-stream'])
  .optional()
  .describe(
    'default: by the name: .ndjson, .jsonl, .csv, .tsv, each also with .gz; .arrow, .feather, .ipc; .arrows for arrow-stream. Arrow files and streams are both read as either',
  );
const compression = z.enum(['gzip', 'none']).optional().describe('default: gzip for names that end in .gz');
const delimiter = z
  .string()
  .regex(/^[\x09\x20-\x7e]$/, 'one ASCII character that is not a line break')
  .optional()
  .describe('CSV: between fields; default: "," (a tab for .tsv)');
const nullValue = z
  .string()
  .default('')
  .describe('CSV: an unquoted field of this text is NULL; "" in quotes is the empty string');

const source = z.object({
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('a file, a pattern (data/**/*.csv; * ? [a-z] {a,b}), or a list of them; relative to the job file'),
  format,
  compression,
  header: z.boolean().default(true).describe('CSV: the first line of each file holds the names of the columns'),
  delimiter,
  quote: z
    .string()
    .regex(/^[\x20-\x7e]?$/, 'one ASCII character, or "" for none')
    .default('"')
    .describe('CSV: around fields that hold delimiters or line breaks; doubled inside them'),
  nullValue,
  schema: z
    .record(z.string().min(1), z.string().min(1))
    .optional()
    .describe(
      'columns and their SQL types, {id: bigint, price: "numeric(10,2)"}; default: found in the first 1000 rows of the first file; Arrow has its own',
    ),
});

const sink = z.object({
  path: z
    .string()
    .min(1)
    .describe(
      'file to write, relative to the job file; {subtask} is the number of the writer, {column} the value of a column: a file for each',
    ),
  format,
  compression,
  header: z.boolean().default(true).describe('CSV: write a first line with the names of the columns'),
  delimiter,
  nullValue,
  csvFormulaGuard: z
    .boolean()
    .default(false)
    .describe("CSV: put a ' before texts that begin with = + - @, which spreadsheets would run"),
  mode: z
    .enum(['replace', 'append'])
    .default('replace')
    .describe('replace: the files of the last run are replaced when this one has succeeded; append is not available'),
});

export type FileSourceBlock = z.infer<typeof source>;
export type FileSinkBlock = z.infer<typeof sink>;

export const fileConfig = { source, sink } satisfies ConnectorConfig;
