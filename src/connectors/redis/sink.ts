/** The redis sink: batches into commands, commands into chunks, chunks through the pipe. */
import type { Batch, Schema } from '../../columnar/batch.js';
import { EtlError } from '../../errors/etl-error.js';
import type { AttemptId, Committable, JsonObject, SinkContext, SinkModule, SinkWriter } from '../connector.js';
import { CHUNK_BYTES, type Chunk } from './chunk.js';
import { CommandEncoder } from './command-encoder.js';
import { CommandPipe } from './command-pipe.js';
import { connectionName, type RedisConnection } from './open-connection.js';
import { addressName } from './redis-address.js';
import type { RedisSinkParams } from './sink-params.js';

/** A slot without work gives its connection up: where the server takes few clients, another slot waits for it. */
const REST_MS = 1000;

export const redisSink: SinkModule = {
  openSink: async (params: JsonObject, input: Schema, context: SinkContext) => {
    const writer = new RedisSinkWriter(params as unknown as RedisSinkParams, input, context);
    await writer.open();
    return writer;
  },
};

class RedisSinkWriter implements SinkWriter {
  private readonly encoder: CommandEncoder;
  private readonly pipe: CommandPipe;
  private chunk: Chunk | null = null;
  private forgetSignal: () => void = () => undefined;
  private restTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly params: RedisSinkParams,
    input: Schema,
    private readonly context: SinkContext,
  ) {
    this.encoder = new CommandEncoder(params, input, context.logicalTimeMs);
    this.pipe = new CommandPipe({
      address: params.address,
      repliesPerRow: this.encoder.form.repliesPerRow,
      keyOffset: this.encoder.keyOffset,
      script: this.encoder.form.script?.text ?? null,
      maxInFlight: params.maxInFlight,
      outageBudgetMs: context.settings['sink.outage.budget'],
      replyTimeoutMs: context.settings['sink.idle.timeout'],
      onAcknowledged: context.written,
      onRejected: (batch, row, message) => context.reject(batch, row, { code: 'ETL-5201', sqlState: '', message }),
      onWaited: context.waited,
      warn: (message) => context.log('warn', message),
    });
  }

  async open(): Promise<void> {
    const connection = await this.pipe.open(connectionName(`etl:${this.context.runId}:slot-${this.context.slot}`));
    checkVersion(connection, this.params);
    const policy = connection.info.get('maxmemory_policy') ?? 'noeviction';
    const bounded = (connection.info.get('maxmemory') ?? '0') !== '0';
    if (bounded && policy !== 'noeviction' && this.context.subtask === 0) {
      this.context.log(
        'warn',
        `Redis ${addressName(this.params.address)} has maxmemory-policy ${policy}: when its memory is full it drops keys, also those just written`,
      );
    }
  }

  async beginSplit({ vertex, split, attempt }: AttemptId, signal?: AbortSignal): Promise<void> {
    clearTimeout(this.restTimer);
    if (signal !== undefined) {
      const stop = (): void =>
        this.pipe.fail(new EtlError('ETL-4201', `sink "${this.context.sinkId}": stopped while it waited for Redis`));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      this.forgetSignal = () => signal.removeEventListener('abort', stop);
    }
    await this.pipe.begin(connectionName(`etl:${this.context.runId}:${vertex}:${split}.${attempt}`));
  }

  async write(batch: Batch): Promise<void> {
    const errors = this.encoder.startBatch(batch);
    const failed = new Set<number>();
    for (const { row, sqlState, message } of errors.list) {
      if (failed.has(row)) continue;
      failed.add(row);
      this.context.reject(batch, row, { code: 'ETL-5201', sqlState, message });
    }
    const { selection } = batch;
    const count = selection === null ? batch.length : selection.length;
    let chunk = this.startChunk(batch);
    for (let next = 0; next < count; next++) {
      const row = selection === null ? next : selection[next];
      if (failed.size > 0 && failed.has(row)) continue;
      const problem = this.encoder.encode(row, chunk.out);
      if (problem !== null) {
        this.context.reject(batch, row, problem);
        continue;
      }
      chunk.endCommand(row);
      if (!chunk.full) continue;
      chunk = await this.sendFull(chunk, batch, row);
    }
    // Without company in flight, waiting for a full chunk would only let Redis idle.
    if (chunk.count === 0) chunk.clear();
    else if (this.pipe.idle || chunk.holdsManyBatches) await this.sendChunk();
  }

  async endSplit(): Promise<Committable> {
    if (this.chunk !== null && this.chunk.count > 0) await this.sendChunk();
    await this.pipe.flush();
    this.forgetSignal();
    this.restTimer = setTimeout(() => this.pipe.reset(), REST_MS);
    return null;
  }

  abortSplit(): Promise<void> {
    this.forgetSignal();
    this.chunk?.clear();
    this.pipe.reset();
    return Promise.resolve();
  }

  close(): Promise<void> {
    clearTimeout(this.restTimer);
    this.pipe.reset();
    return Promise.resolve();
  }

  private startChunk(batch: Batch): Chunk {
    this.chunk ??= this.pipe.take();
    this.chunk.beginBatch(batch);
    return this.chunk;
  }

  /** Sends the chunk; a command that made it larger than a chunk may be opens the next one. */
  private async sendFull(chunk: Chunk, batch: Batch, row: number): Promise<Chunk> {
    const last = chunk.out.length > CHUNK_BYTES && chunk.count > 1 ? Buffer.from(chunk.takeLastCommand()) : null;
    await this.sendChunk();
    const next = this.startChunk(batch);
    if (last !== null) {
      next.out.copy(last, 0, last.length);
      next.endCommand(row);
      if (next.full) return this.sendFull(next, batch, row);
    }
    return next;
  }

  private async sendChunk(): Promise<void> {
    const chunk = this.chunk!;
    this.chunk = null;
    await this.pipe.send(chunk);
  }
}

/** Servers that do not tell their version are believed to be new enough. */
function checkVersion(connection: RedisConnection, { expiry, address }: RedisSinkParams): void {
  const version = connection.info.get('redis_version');
  const [major, minor] = (version ?? '99.0').split('.').map(Number);
  const needs = expiry.kind === 'never' ? [2, 6] : expiry.kind === 'keep' ? [6, 0] : [6, 2];
  if (major > needs[0] || (major === needs[0] && minor >= needs[1])) return;
  throw new EtlError(
    'ETL-4206',
    `Redis ${addressName(address)} is version ${version}; this sink needs ${needs.join('.')} or newer`,
    {
      hint: 'the expiry travels with the write, as SET … PXAT, which came with 6.2',
    },
  );
}
