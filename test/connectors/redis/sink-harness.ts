/** Runs the redis sink as a slot would, over rows given as PostgreSQL's text. */
import type { Batch, Field, Schema } from '../../../src/columnar/batch.js';
import { createBuilder } from '../../../src/columnar/column-builder.js';
import { textParser } from '../../../src/columnar/parse-text.js';
import { defaultSettings } from '../../../src/config/settings.js';
import type { DataType } from '../../../src/columnar/data-type.js';
import type { SinkContext, SinkPlan, SinkWriter } from '../../../src/connectors/connector.js';
import { redisConfig } from '../../../src/connectors/redis/config.js';
import { planRedisSink } from '../../../src/connectors/redis/plan-sink.js';
import { redisSink } from '../../../src/connectors/redis/sink.js';
import { checkExpression } from '../../../src/expr/check-expression.js';

/** The run's logical time: far enough in the future that nothing of a test expires. */
export const RUN_MS = Date.UTC(2090, 0, 1);

export function schemaOf(columns: Readonly<Record<string, DataType | DataType['kind']>>): Schema {
  const fields = Object.entries(columns).map(([name, type]): Field => ({
    name,
    type: typeof type === 'string' ? ({ kind: type } as DataType) : type,
    nullable: true,
  }));
  return { fields };
}

export function batchOf(
  schema: Schema,
  rows: readonly (readonly (string | null)[])[],
  selection: Int32Array | null = null,
): Batch {
  const builders = schema.fields.map((field) => createBuilder(field.type));
  const parsers = schema.fields.map((field) => textParser(field.type));
  for (const row of rows) {
    row.forEach((text, i) => {
      if (text === null) return builders[i].appendNull();
      const bytes = Buffer.from(text);
      parsers[i](bytes, 0, bytes.length, builders[i]);
    });
  }
  return { schema, columns: builders.map((builder) => builder.finish()), length: rows.length, selection };
}

export async function planOf(
  url: string,
  schema: Schema,
  block: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Promise<SinkPlan> {
  return planRedisSink.plan({
    sink: { id: 'cache', own: redisConfig.sink.parse(block) as never },
    connection: redisConfig.connection.parse({ url, ...more }) as never,
    input: schema,
    expression: (text) => checkExpression(text, { columns: schema.fields, params: {} }),
    context: { settings: defaultSettings, runId: 'run', baseDir: '/' },
    parallelism: 1,
  });
}

export interface OpenedSink {
  readonly writer: SinkWriter;
  readonly rejected: string[];
  readonly log: string[];
  written: number;
  waitedMs: number;
}

export interface HarnessOptions {
  readonly settings?: Record<string, number>;
  readonly connection?: Record<string, unknown>;
  readonly failOnReject?: boolean;
}

export async function openSink(
  url: string,
  schema: Schema,
  block: Record<string, unknown>,
  options: HarnessOptions = {},
  onLog: (line: string) => void = () => undefined,
): Promise<OpenedSink> {
  const plan = await planOf(url, schema, block, options.connection);
  const opened = { rejected: [] as string[], log: [] as string[], written: 0, waitedMs: 0 };
  const context: SinkContext = {
    settings: { ...defaultSettings, 'sink.outage.budget': 20_000, ...options.settings },
    runId: 'run',
    slot: 0,
    subtask: 0,
    sinkId: 'cache',
    logicalTimeMs: RUN_MS,
    baseDir: '/',
    mainPid: process.pid,
    networkBytes: 1 << 26,
    log: (level, message) => {
      opened.log.push(`${level} ${message}`);
      onLog(message);
    },
    reject: (_batch, row, error) => {
      opened.rejected.push(`${row} ${error.code} ${error.message}`);
      if (options.failOnReject === true) throw new Error(error.message);
    },
    written: (rows) => void (opened.written += rows),
    waited: (ms) => void (opened.waitedMs += ms),
  };
  const writer = await redisSink.openSink(JSON.parse(JSON.stringify(plan.params)), schema, context, []);
  return Object.assign(opened, { writer });
}

/** One split with these batches, to its end. */
export async function writeAll(
  url: string,
  schema: Schema,
  block: Record<string, unknown>,
  batches: readonly Batch[],
  options: HarnessOptions = {},
): Promise<OpenedSink> {
  const sink = await openSink(url, schema, block, options);
  try {
    await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
    for (const batch of batches) await sink.writer.write(batch);
    await sink.writer.endSplit();
  } finally {
    await sink.writer.close();
  }
  return sink;
}
