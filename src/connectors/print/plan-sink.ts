/**
 * Which form rows take on standard output: what the block says, else a table on a terminal and NDJSON for a program.
 *
 * What was printed cannot be taken back: a repeated attempt prints its rows again, and explain says so. Only a table is
 * printed when all is over.
 */
import type { Schema } from '../../columnar/batch.js';
import { CsvWriter } from '../../columnar/write-csv.js';
import type { JsonObject, SinkPlan, SinkPlanner, StandardOutput } from '../connector.js';
import { printConfig } from './config.js';
import { csvForm } from './csv-form.js';
import type { PrintParams } from './sink-params.js';

const TABLE_ROWS = 100;
const program: StandardOutput = { rows: 'ndjson', columns: null, isAscii: false, limit: null };
const right = new Set(['int16', 'int32', 'int64', 'float32', 'float64', 'decimal']);

export const planPrint: SinkPlanner = {
  plan: ({ sink, input, context: { output = program } }) => {
    const own = printConfig.sink.parse(sink.own);
    const format = output.rows === 'events' ? 'events' : (own.format ?? output.rows);
    const params = paramsOf(format, sink.id, own.rows ?? Math.max(TABLE_ROWS, output.limit ?? 0), input, output);
    return {
      params: params as unknown as JsonObject,
      columns: input.fields.map((field) => field.name),
      ...promises(format),
      keepsOrder: true,
      ...(format === 'csv' && { preamble: new CsvWriter(csvForm).header(input).toString() }),
      notes: [],
    };
  },
};

function promises(format: PrintParams['format']): Pick<SinkPlan, 'effect' | 'commit' | 'description'> {
  if (format === 'table') return { effect: 'idempotent', commit: 'atomic', description: 'table on standard output' };
  const form = { ndjson: 'NDJSON', csv: 'CSV', events: 'events' }[format];
  return { effect: 'at-least-once', commit: 'batch', description: `${form} to standard output` };
}

function paramsOf(
  format: PrintParams['format'],
  sink: string,
  rows: number,
  { fields }: Schema,
  { columns, isAscii }: StandardOutput,
): PrintParams {
  if (format === 'events') return { format, sink };
  if (format !== 'table') return { format };
  const names = fields.map((field) => field.name);
  return { format, names, alignRight: fields.map(({ type }) => right.has(type.kind)), rows, columns, isAscii };
}
