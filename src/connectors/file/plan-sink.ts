/** Checks a file sink block against its input. Touches no file. */
import { createHash } from 'node:crypto';
import { fieldIndex } from '../../columnar/batch.js';
import { didYouMean } from '../../errors/did-you-mean.js';
import { EtlError } from '../../errors/etl-error.js';
import type { JsonObject, SinkPlan, SinkPlanner, SinkPlanRequest } from '../connector.js';
import { fileConfig, type FileSinkBlock } from './config.js';
import { formatOf, type FormatKind } from './file-format.js';
import {
  parsePath,
  PathTemplateError,
  placeholders,
  renderTemplate,
  withSubtask,
  type PathTemplate,
} from './path-template.js';
import type { FileSinkParams } from './sink-params.js';

export const planFileSink: SinkPlanner = { plan: planSink };

function planSink({ sink, input, parallelism }: SinkPlanRequest): SinkPlan {
  // The reject file of a sink comes without the defaults of the block.
  const block: FileSinkBlock = fileConfig.sink.parse(sink.own);
  const what = `sink "${sink.id}"`;
  const refuse = (message: string, hint?: string): never => {
    throw new EtlError('ETL-4211', `${what}: ${message}`, { at: sink.at, hint });
  };
  const format = formatOf(block.path, block, 'ETL-4211', what);
  if (block.mode === 'append') {
    refuse(
      'mode: append is not available: what a failed run had appended could not be taken back',
      'write files of another name, with {subtask} or a parameter in the path',
    );
  }
  if (format.kind === 'csv' && format.delimiter === '"') refuse('the delimiter cannot be the quote');
  const template = readTemplate(block.path, refuse);
  const keys = placeholders(template);
  for (const key of keys) {
    if (key.kind !== 'column' || fieldIndex(input, key.name) >= 0) continue;
    const near = didYouMean(key.name, [...input.fields.map((field) => field.name), 'subtask']);
    refuse(
      `its path names the column "${key.name}", which does not arrive here`,
      near === null ? undefined : `did you mean {${near}}?`,
    );
  }
  const written = (template: PathTemplate): Pick<SinkPlan, 'params' | 'description'> => {
    const params: FileSinkParams = {
      tag: createHash('sha1').update(sink.id).digest('hex').slice(0, 8),
      template,
      path: block.path,
      kind: format.kind,
      gzip: format.gzip,
      delimiter: format.delimiter,
      header: format.kind === 'csv' && block.header,
      nullValue: block.nullValue,
      formulaGuard: block.csvFormulaGuard,
      schema: input,
    };
    return {
      params: params as unknown as JsonObject,
      description: `${formatNames[format.kind]}${format.gzip ? ' (gzip)' : ''} to ${renderTemplate(template)}`,
    };
  };
  const asGiven = {
    ...written(template),
    notes: keys.some(({ kind }) => kind === 'column')
      ? ['a file for each key; it appears when the run has succeeded']
      : [],
  };
  const plan: SinkPlan = {
    ...asGiven,
    columns: input.fields.map((field) => field.name),
    effect: 'idempotent',
    // A file for each subtask is what the job asks for: of sorted rows the lowest number has the first.
    keepsOrder: keys.every(({ kind }) => kind !== 'subtask'),
    commit: 'atomic',
  };
  if (parallelism === 1 || keys.length > 0) return plan;
  const parts = withSubtask(template);
  const note = `each of ${parallelism} writers has a file of its own: ${renderTemplate(parts)}`;
  return { ...plan, ...written(parts), notes: [note], alone: asGiven };
}

const formatNames: Readonly<Record<FormatKind, string>> = {
  ndjson: 'NDJSON',
  csv: 'CSV',
  arrow: 'Arrow',
  'arrow-stream': 'Arrow stream',
};

function readTemplate(path: string, refuse: (message: string) => never): PathTemplate {
  try {
    return parsePath(path);
  } catch (error) {
    if (error instanceof PathTemplateError) return refuse(`path "${path}": ${error.message}`);
    throw error;
  }
}
