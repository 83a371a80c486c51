/**
 * A vertex made ready in this slot: source connected, kernels compiled, sinks open. Kept from split to split.
 *
 * Sinks are kept by id for the whole process, because two vertices (the branches of a union) may write to the same one.
 */
import type { Committable, SinkContext, SinkWriter, SourceReader } from '../connectors/connector.js';
import type { Batch, Schema } from '../columnar/batch.js';
import { EtlError } from '../errors/etl-error.js';
import type { CustomPartition } from '../exchange/partitioner.js';
import { ExchangeWriter } from '../exchange/exchange-writer.js';
import { loadUserFunction } from '../operators/functions/load-user-function.js';
import type { Operator } from '../operators/operator.js';
import { prepareOperator, type OperatorWorld } from '../operators/prepare-operator.js';
import type { ToSlot } from '../protocol/messages.js';
import { rejectSchema } from '../protocol/reject-schema.js';
import type {
  ExchangeOutput,
  RejectPolicy,
  SinkDescriptor,
  SourceDescriptor,
  VertexDescriptor,
} from '../protocol/task.js';
import { createPace, type Pace } from './pace.js';
import { RejectCollector } from './reject-collector.js';
import { loadPart, type SlotScope } from './slot-scope.js';

/** A sink in this slot, or an exchange that it writes. `listener` is the running attempt, which its callbacks reach. */
export interface OpenSink {
  readonly id: string;
  readonly input: string;
  /** It takes only batches with these columns; null: all. */
  readonly takes: Schema | null;
  readonly writer: SinkWriter;
  readonly rejects: RejectCollector;
  /** Where the sink's rejects are written, when the policy says `file`. */
  readonly rejectWriter: SinkWriter | null;
  /** Null: as fast as it takes rows. */
  readonly pace: Pace | null;
  listener: SinkListener | null;
}

export interface SinkListener {
  rejected(): void;
  written(rows: number): void;
  waited(ms: number): void;
}

export interface OpenVertex {
  readonly descriptor: VertexDescriptor;
  /** Null for a vertex that reads exchanges only. */
  readonly source: SourceReader | null;
  readonly operators: readonly Operator[];
  /** Sinks and exchanges: where the rows end. */
  readonly sinks: readonly OpenSink[];
  /** For rows that fail in the source or a step: of the first sink whose policy is the vertex's. */
  readonly rejects: RejectCollector;
}

export type VertexMessage = Extract<ToSlot, { type: 'vertex' }>;
export type OpenSinks = Map<string, OpenSink>;
export type Committed = Readonly<Record<string, readonly Committable[]>>;

export async function openVertex(
  { vertex: descriptor, subtask, committed }: VertexMessage,
  openSinks: OpenSinks,
  slot: SlotScope,
): Promise<OpenVertex> {
  const { inputs, operators, sinks, outputs } = descriptor;
  const prepared: Operator[] = [];
  const world: OperatorWorld = {
    baseDir: slot.context.baseDir,
    openLookup: async (connector, params) =>
      (await loadPart(slot, connector, 'lookup')).openLookup(params, slot.context),
  };
  for (const operator of operators) {
    const schemas = operator.inputs.map((id) => schemaOf(descriptor, id));
    prepared.push(await prepareOperator(operator, schemas, world));
  }
  for (const sink of sinks) {
    if (!openSinks.has(sink.id)) openSinks.set(sink.id, await openSink(sink, subtask, committed, slot));
  }
  const opened = sinks.map((sink) => openSinks.get(sink.id)!);
  const samePolicies = opened.find((_, i) => samePolicy(sinks[i]!.onReject, descriptor.onReject));
  const exchanges: OpenSink[] = [];
  for (const output of outputs) exchanges.push(await openExchange(output, slot));
  const source = inputs.find((input) => input.kind === 'source');
  return {
    descriptor,
    source: source === undefined ? null : await openSource(source, slot),
    operators: prepared,
    sinks: [...opened, ...exchanges],
    rejects: samePolicies?.rejects ?? new RejectCollector({ kind: 'fail' }, null),
  };
}

async function openSource({ connector, params }: SourceDescriptor, slot: SlotScope): Promise<SourceReader> {
  const module = await loadPart(slot, connector, 'source');
  return module.openSource(params, slot.context);
}

/** An exchange takes every row: nothing of it is ever rejected. */
async function openExchange(output: ExchangeOutput, { context, resources }: SlotScope): Promise<OpenSink> {
  const { ship } = output;
  const custom = ship.kind === 'CUSTOM' ? await loadUserFunction(ship.module, ship.function, context.baseDir) : null;
  const holder: { sink: OpenSink | null } = { sink: null };
  const writer = new ExchangeWriter(output, resources, custom as CustomPartition | null, (rows) =>
    holder.sink?.listener?.written(rows),
  );
  const rejects = new RejectCollector({ kind: 'fail' }, null);
  return (holder.sink = {
    id: output.id,
    input: output.input,
    takes: output.isSelective ? output.schema : null,
    writer,
    rejects,
    rejectWriter: null,
    pace: null,
    listener: null,
  });
}

/** Schema of what the part `id` (an input or an operator) gives. */
function schemaOf({ id: vertex, inputs, operators }: VertexDescriptor, id: string): Schema {
  const part = [...inputs, ...operators].find((candidate) => candidate.id === id);
  if (part === undefined) throw new EtlError('ETL-9001', `vertex ${vertex}: no part ${id}`);
  return part.schema;
}

async function openSink(
  descriptor: SinkDescriptor,
  subtask: number,
  committed: Committed,
  slot: SlotScope,
): Promise<OpenSink> {
  const rejectWriter = await openRejectWriter(descriptor, subtask, committed, slot);
  const rejects = new RejectCollector(descriptor.onReject, rejectWriter);
  const holder: { sink: OpenSink | null } = { sink: null };
  const sinkContext: SinkContext = {
    ...slot.context,
    subtask,
    sinkId: descriptor.id,
    reject: (batch: Batch, row, rejection) => {
      rejects.rejectRow(descriptor.id, batch, row, rejection);
      holder.sink?.listener?.rejected();
    },
    written: (rows) => holder.sink?.listener?.written(rows),
    waited: (ms) => holder.sink?.listener?.waited(ms),
  };
  const module = await loadPart(slot, descriptor.connector, 'sink');
  const writer = await module.openSink(
    descriptor.params,
    descriptor.schema,
    sinkContext,
    committed[descriptor.id] ?? [],
  );
  const { id, input, rowsPerSecond } = descriptor;
  const pace = rowsPerSecond === null ? null : createPace(rowsPerSecond);
  return (holder.sink = { id, input, takes: null, writer, rejects, rejectWriter, pace, listener: null });
}

/** The reject file of a sink is a file sink of its own, named `<sink>.rejects`. */
async function openRejectWriter(
  { id, onReject, rejectParams }: SinkDescriptor,
  subtask: number,
  committed: Committed,
  slot: SlotScope,
): Promise<SinkWriter | null> {
  if (onReject.kind !== 'file' || rejectParams === null) return null;
  const module = await loadPart(slot, 'file', 'sink');
  const name = rejectSinkId(id);
  const ignore = (): void => undefined;
  const sinkContext: SinkContext = {
    ...slot.context,
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

function samePolicy(a: RejectPolicy, b: RejectPolicy): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
