/** A planned file sink and its slots, in one process. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Batch, Schema } from '../../../src/columnar/batch.js';
import { defaultSettings } from '../../../src/config/settings.js';
import { planFileSink } from '../../../src/connectors/file/plan-sink.js';
import { fileSink } from '../../../src/connectors/file/sink.js';
import type { Committable, JsonObject, SinkPlan, SinkWriter } from '../../../src/connectors/connector.js';
import { attempt, sinkContext, slotContext, type Told } from './contexts.js';

export async function planSink(own: object, input: Schema, parallelism = 1, id = 'out'): Promise<SinkPlan> {
  return planFileSink.plan({
    sink: { id, own: own as JsonObject },
    connection: null,
    input,
    expression: () => {
      throw new Error('a file sink has no expressions');
    },
    context: { settings: defaultSettings, runId: 'run1', baseDir: '/' },
    parallelism,
  });
}

/** One run of a sink: its writers by subtask, and what they have committed. */
export class SinkRun {
  readonly committed: Committable[][] = [];
  private split = 0;
  private readonly opened: SinkWriter[] = [];

  constructor(
    private readonly plan: SinkPlan,
    private readonly input: Schema,
    private readonly baseDir: string,
    private readonly runId = 'run1',
  ) {}

  async open(subtask = 0): Promise<{ writer: SinkWriter; told: Told }> {
    const told = sinkContext(this.baseDir, { runId: this.runId, subtask });
    const writer = await fileSink.openSink(this.plan.params, this.input, told.context, this.committed[subtask] ?? []);
    this.opened.push(writer);
    return { writer, told };
  }

  /** A split of these batches that ends well. */
  async write(writer: SinkWriter, subtask: number, ...batches: readonly Batch[]): Promise<void> {
    await writer.beginSplit(attempt(this.split++));
    for (const batch of batches) await writer.write(batch);
    const committable = await writer.endSplit();
    if (committable !== null)
      (this.committed[subtask] ??= []).push(JSON.parse(JSON.stringify(committable)) as Committable);
  }

  async fail(writer: SinkWriter, ...batches: readonly Batch[]): Promise<void> {
    await writer.beginSplit(attempt(this.split));
    for (const batch of batches) await writer.write(batch);
    await writer.abortSplit();
  }

  /** As in a slot: files are published when no writer holds them. */
  private async closeAll(): Promise<void> {
    for (const writer of this.opened.splice(0)) await writer.close();
  }

  async commit(): Promise<void> {
    await this.closeAll();
    await fileSink.commit!(this.plan.params, this.committed.flat(), slotContext(this.baseDir, this.runId));
  }

  async abort(): Promise<void> {
    await this.closeAll();
    await fileSink.abort!(this.plan.params, slotContext(this.baseDir, this.runId));
  }
}

/** Writes, commits; the whole life of a run of one writer. */
export async function runOnce(
  own: object,
  baseDir: string,
  input: Schema,
  ...batches: readonly Batch[]
): Promise<void> {
  const run = new SinkRun(await planSink(own, input), input, baseDir);
  const { writer } = await run.open();
  await run.write(writer, 0, ...batches);
  await writer.close();
  await run.commit();
}

/** All files below a folder, unpacked, by their path; the lists of files only where asked. */
export function filesBelow(directory: string, hidden = false): Record<string, string> {
  if (!existsSync(directory)) return {};
  const found: Record<string, string> = {};
  for (const name of (readdirSync(directory, { recursive: true }) as string[]).sort()) {
    if (!statSync(join(directory, name)).isFile()) continue;
    if (!hidden && name.includes('.etl-files-')) continue;
    const bytes = readFileSync(join(directory, name));
    found[name] = (name.endsWith('.gz') && bytes.length > 0 ? gunzipSync(bytes) : bytes).toString();
  }
  return found;
}
