/**
 * A vertex made ready in this slot: source connected, kernels compiled, sinks open. Kept from split to split.
 *
 * Sinks are kept by id for the whole process, because two vertices (the branches of a union) may write to the same one.
 */
import { connectors } from '../connectors/registry.js';
import type { Committable, SinkContext, SinkWriter, SlotContext, SourceReader } from '../connectors/connector.js';
import type { Batch, Schema } from '../columnar/batch.js';
import { EtlError } from '../errors/etl-error.js';
import type { Operator } from '../operators/operator.js';
import { prepareOperator } from '../operators/prepare-operator.js';
import { rejectSchema } from '../protocol/reject-schema.js';
import type { RejectPolicy, SinkDescriptor, VertexDescriptor } from '../protocol/task.js';
import { RejectCollector } from './reject-collector.js';

/** A sink in this slot. `listener` is the running attempt, which its callbacks reach. */
export interface OpenSink {
  readonly descriptor: SinkDescriptor;
  readonly writer: SinkWriter;
  readonly rejects: RejectCollector;
  /** Where the sink's rejects are written, when the policy says `file`. */
  readonly rejectWriter: SinkWriter | null;
  listener: SinkListener | null;
}

export interface SinkListener {
  rejected(): void;
  written(rows: number): void;
  waited(ms: number): void;
}

export interface OpenVertex {
  readonly descriptor: VertexDescriptor;
  readonly source: SourceReader;
  readonly operators: readonly Operator[];
  readonly sinks: readonly OpenSink[];
  /** For rows that fail in the source or a step: of the first sink whose policy is the vertex's. */
  readonly rejects: RejectCollector;
  /** Most rows of a batch that a source hands on; `debug.batch-rows`. */
  readonly batchRows: number;
}

export type OpenSinks = Map<string, OpenSink>;
export type Committed = Readonly<Record<string, readonly Committable[]>>;

export async function openVertex(
  descriptor: VertexDescriptor,
  subtask: number,
  committed: Committed,
  openSinks: OpenSinks,
  context: SlotContext,
): Promise<OpenVertex> {
  const { source, operators, sinks } = descriptor;
  const prepared: Operator[] = [];
  for (const operator of operators) {
    prepared.push(await prepareOperator(operator, schemaOf(descriptor, operator.input), context.baseDir));
  }
  for (const sink of sinks) {
    if (!openSinks.has(sink.id)) openSinks.set(sink.id, await openSink(sink, subtask, committed, context));
  }
  const opened = sinks.map((sink) => openSinks.get(sink.id)!);
  const sameRejects = opened.find((sink) => samePolicy(sink.descriptor.onReject, descriptor.onReject));
  const reader = await loadModule(source.connector, 'source', (module) => module.source);
  return {
    descriptor,
    source: await reader.openSource(source.params, context),
    operators: prepared,
    sinks: opened,
    rejects: sameRejects?.rejects ?? new RejectCollector({ kind: 'fail' }, null),
    batchRows: context.settings['debug.batch-rows'],
  };
}

/** Schema of what the node `id` (the source or an operator) gives. */
export function schemaOf(descriptor: VertexDescriptor, id: string): Schema {
  if (descriptor.source.id === id) return descriptor.source.schema;
  const operator = descriptor.operators.find((candidate) => candidate.id === id);
  if (operator === undefined) throw new EtlError('ETL-9001', `vertex ${descriptor.id}: no node ${id}`);
  return operator.schema;
}

async function openSink(
  descriptor: SinkDescriptor,
  subtask: number,
  committed: Committed,
  context: SlotContext,
): Promise<OpenSink> {
  const rejectWriter = await openRejectWriter(descriptor, subtask, committed, context);
  const rejects = new RejectCollector(descriptor.onReject, rejectWriter);
  const holder: { sink: OpenSink | null } = { sink: null };
  const sinkContext: SinkContext = {
    ...context,
    subtask,
    sinkId: descriptor.id,
    reject: (batch: Batch, row, rejection) => {
      rejects.rejectRow(descriptor.id, batch, row, rejection);
      holder.sink?.listener?.rejected();
    },
    written: (rows) => holder.sink?.listener?.written(rows),
    waited: (ms) => holder.sink?.listener?.waited(ms),
  };
  const module = await loadModule(descriptor.connector, 'sink', (connector) => connector.sink);
  const writer = await module.openSink(
    descriptor.params,
    descriptor.schema,
    sinkContext,
    committed[descriptor.id] ?? [],
  );
  return (holder.sink = { descriptor, writer, rejects, rejectWriter, listener: null });
}

/** The reject file of a sink is a file sink of its own, named `<sink>.rejects`. */
async function openRejectWriter(
  { id, onReject, rejectParams }: SinkDescriptor,
  subtask: number,
  committed: Committed,
  context: SlotContext,
): Promise<SinkWriter | null> {
  if (onReject.kind !== 'file' || rejectParams === null) return null;
  const module = await loadModule('file', 'sink', (connector) => connector.sink);
  const name = rejectSinkId(id);
  const ignore = (): void => undefined;
  const sinkContext: SinkContext = {
    ...context,
    subtask,
    sinkId: name,
    reject: ignore,
    written: ignore,
    waited: ignore,
  };
  return module.openSink(rejectParams, rejectSchema, sinkContext, committed[name] ?? []);
}

export function rejectSinkId(sink: string): string {
  return `${sink}.rejects`;
}

export async function loadModule<Module>(
  type: string,
  part: string,
  pick: (connector: (typeof connectors)[string]) => (() => Promise<Module>) | undefined,
): Promise<Module> {
  const connector = connectors[type];
  const load = connector === undefined ? undefined : pick(connector);
  if (load === undefined) throw new EtlError('ETL-9001', `connector ${type} has no ${part}`);
  return load();
}

function samePolicy(a: RejectPolicy, b: RejectPolicy): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
