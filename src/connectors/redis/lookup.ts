/**
 * Asks Redis for the values of some keys: all commands of a request in one write, the replies read as they come.
 *
 * Whatever ends a request early also ends the connection: replies that nobody waits for would be taken for others.
 */
import type { Batch } from '../../columnar/batch.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import { EtlError } from '../../errors/etl-error.js';
import type { FindOptions, FoundRows, JsonObject, LookupModule, LookupReader, SlotContext } from '../connector.js';
import { appendConstant, bulk, closeBulk, commandHead, openBulk } from './bulk-string.js';
import { stringWriter } from './cell-writers.js';
import { remedyFor } from './error-table.js';
import { FoundValues } from './found-values.js';
import type { RedisLookupParams } from './lookup-params.js';
import { connectionName, openConnection, RedisReplyError, type RedisConnection } from './open-connection.js';
import { addressName } from './redis-address.js';

export const redisLookup: LookupModule = {
  openLookup: (params: JsonObject, context: SlotContext): Promise<LookupReader> =>
    Promise.resolve(new RedisLookup(params as unknown as RedisLookupParams, context)),
};

class RedisLookup implements LookupReader {
  private readonly server: string;
  private readonly head: Buffer;
  /** Behind the key. */
  private readonly tail: Buffer;
  private connection: RedisConnection | null = null;

  constructor(
    private readonly params: RedisLookupParams,
    private readonly context: SlotContext,
  ) {
    const { value, address } = params;
    const fields = value.kind === 'hash' ? value.fields : [];
    this.server = addressName(address);
    this.head = Buffer.from(commandHead(value.kind === 'hash' ? 'HMGET' : 'GET', 2 + fields.length));
    this.tail = Buffer.from(fields.map(bulk).join(''));
  }

  async *find(keys: Batch, { signal, reject }: FindOptions): AsyncGenerator<FoundRows> {
    const connection = await this.connect(signal);
    const values = new FoundValues(this.params, reject);
    let finished = false;
    try {
      await this.answers(connection, keys, values, { signal, reject });
      finished = true;
    } finally {
      if (!finished) await this.close();
    }
    const found = values.finish();
    if (found.keys.length > 0) yield found;
  }

  close(): Promise<void> {
    this.connection?.close();
    this.connection = null;
    return Promise.resolve();
  }

  private answers(
    connection: RedisConnection,
    keys: Batch,
    values: FoundValues,
    { signal, reject }: FindOptions,
  ): Promise<void> {
    let key = 0;
    const strange = (): EtlError =>
      new EtlError('ETL-4109', `Redis ${this.server}: lookup "${this.params.id}": a reply that no such command has`);
    return new Promise<void>((resolve, fail) => {
      const onAbort = (): void => fail(signal.reason as Error);
      const end = (settle: () => void): void => {
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      connection.listen({
        oks: () => end(() => fail(strange())),
        reply: (error, bytes, start, stop) => {
          if (error !== null && remedyFor(error) === 'row') reject(key, '', error);
          else if (error !== null) return end(() => fail(this.refused(error)));
          else if (!values.add(key, bytes, start, stop)) return end(() => fail(strange()));
          if (++key === keys.length) end(resolve);
        },
        drained: () => undefined,
        lost: (reason) => end(() => fail(new EtlError('ETL-4102', `Redis ${this.server}: ${reason}`))),
      });
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      else if (!connection.lost) connection.write(this.commands(keys));
    });
  }

  private commands({ columns, length }: Batch): Buffer {
    const { head, tail, params } = this;
    const out = new ByteWriter(length * (head.length + tail.length + 32));
    const parts = params.template.map((part) =>
      typeof part === 'string' ? Buffer.from(part) : stringWriter(columns[part]),
    );
    let digits = 2;
    for (let key = 0; key < length; key++) {
      appendConstant(out, head);
      const body = openBulk(out, digits);
      for (const part of parts) {
        if (typeof part === 'function') part(key, out);
        else appendConstant(out, part);
      }
      digits = closeBulk(out, body, digits);
      appendConstant(out, tail);
    }
    return out.view();
  }

  private async connect(signal: AbortSignal): Promise<RedisConnection> {
    signal.throwIfAborted();
    if (this.connection !== null && !this.connection.lost) return this.connection;
    const { settings, runId, slot } = this.context;
    const { address, id } = this.params;
    const name = connectionName(`etl:${runId}:${id}:slot-${slot}`);
    try {
      const opening = openConnection(address, name, settings['source.idle.timeout']);
      this.connection = await unlessAborted(opening, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RedisReplyError) throw this.refused(error.message);
      const message = error instanceof Error ? error.message : String(error);
      throw new EtlError('ETL-4101', `Redis ${this.server} cannot be reached: ${message}`, { cause: error });
    }
    return this.connection;
  }

  private refused(reply: string): EtlError {
    const text = `Redis ${this.server}: lookup "${this.params.id}": ${reply}`;
    switch (remedyFor(reply)) {
      case 'auth':
        return new EtlError('ETL-4104', text);
      case 'fatal':
        return new EtlError('ETL-4107', text);
      default:
        return new EtlError('ETL-4110', text);
    }
  }
}

/** Does not wait for a connection that nobody wants any more; it is closed when, and if, it is there. */
function unlessAborted(opening: Promise<RedisConnection>, signal: AbortSignal): Promise<RedisConnection> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      opening.then((connection) => connection.close()).catch(() => undefined);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
