/**
 * Chunks of commands through one connection: at most `maxInFlight` of them unanswered, every reply matched to its row.
 *
 *     send ─▶ [chunk][chunk][chunk] ─▶ socket ─▶ Redis
 *                 ▲ replies, in order ◀────────────┘
 *
 * When the server refuses writes or is gone, `send` and `flush` do not return: they wait, connect again, and send again
 * what was not acknowledged, until the outage budget is spent. Nothing happens behind the caller's back; between calls
 * the pipe only takes replies. Rows of one key keep their order, also when only the earlier of two is sent again.
 */
import type { Batch } from '../../columnar/batch.js';
import { formatDuration } from '../../config/units.js';
import { EtlError, toEtlError } from '../../errors/etl-error.js';
import { Chunk } from './chunk.js';
import { codeOf, remedyFor } from './error-table.js';
import { budgetError, isTerminal, terminalError, type Trouble } from './outage-error.js';
import { openConnection, RedisReplyError, type ConnectionEvents, type RedisConnection } from './open-connection.js';
import { addressName, type RedisAddress } from './redis-address.js';

export interface PipeOptions {
  readonly address: RedisAddress;
  readonly repliesPerRow: number;
  readonly keyOffset: number;
  /** Text of a script that every connection loads before anything is sent; null for none. */
  readonly script: string | null;
  readonly maxInFlight: number;
  readonly outageBudgetMs: number;
  /** A server that owes replies and sends none for so long is taken for dead. */
  readonly replyTimeoutMs: number;
  readonly onAcknowledged: (rows: number) => void;
  readonly onRejected: (batch: Batch, row: number, message: string) => void;
  readonly onWaited: (ms: number) => void;
  readonly warn: (message: string) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;
const LONGEST_HANDSHAKE_MS = 10_000;

export class CommandPipe implements ConnectionEvents {
  private connection: RedisConnection | null = null;
  private inFlight: Chunk[] = [];
  /** Answered, but not all acknowledged; and those that came after them. */
  private unsettled: Chunk[] = [];
  private readonly free: Chunk[] = [];
  private trouble: Trouble | null = null;
  private failure: EtlError | null = null;
  private recovering = false;
  private blocked = false;
  private wake: (() => void) | null = null;
  private name = 'etl';
  private lastReplyAt = 0;
  private lastProgressAt = 0;
  /** Of the row whose replies are coming in. */
  private repliesSeen = 0;
  private rowError: string | null = null;

  constructor(private readonly options: PipeOptions) {}

  /**
   * The first connection. Throws ETL-4201 or ETL-4204 at once where there is no server, or one that will not have us;
   * one that is there but has no room (clients, LOADING …) is waited for like any other.
   */
  async open(name: string): Promise<RedisConnection> {
    this.name = name;
    const trouble = await this.connect(null);
    if (trouble !== null) {
      if (isTerminal(trouble)) throw terminalError(this.server, trouble);
      if (remedyFor(trouble.text) !== 'wait') throw new EtlError('ETL-4201', `Redis ${this.server}: ${trouble.text}`);
      this.trouble = trouble;
      await this.until(() => true);
    }
    return this.connection!;
  }

  /** Says who writes from now on, for the server's CLIENT LIST; connects if need be. Nothing is in flight. */
  async begin(name: string): Promise<void> {
    this.name = name;
    const { connection } = this;
    if (connection === null) this.trouble = await this.connect(null);
    else {
      // Who may not name a connection may still write; a connection that is lost is seen to below.
      await connection.ask(this.options.replyTimeoutMs, 'CLIENT', 'SETNAME', name).catch(() => undefined);
    }
    await this.until(() => true);
  }

  get idle(): boolean {
    return this.inFlight.length === 0;
  }

  /** An empty chunk to fill. */
  take(): Chunk {
    return this.free.pop() ?? new Chunk();
  }

  /** Resolves when the chunk is under way. It belongs to the pipe from then on. */
  async send(chunk: Chunk): Promise<void> {
    await this.until(() => !this.blocked && this.inFlight.length < this.options.maxInFlight);
    this.transmit(chunk, chunk.beginSend());
  }

  /** Resolves when every row sent is acknowledged or rejected. */
  async flush(): Promise<void> {
    await this.until(() => this.inFlight.length === 0);
  }

  /** Makes a waiting `send` or `flush` throw. */
  fail(error: EtlError): void {
    this.failure ??= error;
    this.wakeUp();
  }

  /** Forgets what is under way: the connection ends, so that nothing of it is answered to what comes next. */
  reset(): void {
    this.connection?.close();
    this.connection = null;
    for (const chunk of [...this.inFlight, ...this.unsettled]) this.release(chunk);
    this.inFlight = [];
    this.unsettled = [];
    this.trouble = null;
    this.failure = null;
    this.blocked = false;
  }

  release(chunk: Chunk): void {
    chunk.clear();
    this.free.push(chunk);
  }

  // ── what the connection tells ─────────────────────────────────────────────────────────────────────────────────────

  oks(count: number): void {
    this.lastReplyAt = performance.now();
    if (this.options.repliesPerRow !== 1) {
      for (; count > 0; count--) this.countReply(null);
      return;
    }
    let rows = 0;
    while (count > 0) {
      const chunk = this.inFlight[0];
      if (chunk === undefined) return this.connection?.drop('a reply came that nothing had asked for');
      const answers = Math.min(count, chunk.unanswered);
      rows += chunk.acknowledge(answers);
      count -= answers;
      if (chunk.isAnswered) this.endChunk(chunk);
    }
    this.acknowledged(rows);
  }

  reply(error: string | null): void {
    this.lastReplyAt = performance.now();
    this.countReply(error);
  }

  drained(): void {
    this.blocked = false;
    this.wakeUp();
  }

  lost(reason: string): void {
    this.repliesSeen = 0;
    this.rowError = null;
    this.blocked = false;
    this.trouble = { remedy: 'reconnect', text: reason };
    this.wakeUp();
  }

  private countReply(error: string | null): void {
    // EXECABORT only repeats that a command before it was refused.
    if (error !== null && (this.rowError === null || codeOf(this.rowError) === 'EXECABORT')) this.rowError = error;
    if (++this.repliesSeen < this.options.repliesPerRow) return;
    const rowError = this.rowError;
    this.repliesSeen = 0;
    this.rowError = null;
    const chunk = this.inFlight[0];
    if (chunk === undefined) return this.connection?.drop('a reply came that nothing had asked for');
    if (rowError === null) this.acknowledged(chunk.acknowledge(1));
    else this.refused(chunk, rowError);
    if (chunk.isAnswered) this.endChunk(chunk);
  }

  private acknowledged(rows: number): void {
    this.lastProgressAt = performance.now();
    if (rows > 0) this.options.onAcknowledged(rows);
  }

  private refused(chunk: Chunk, text: string): void {
    const remedy = remedyFor(text);
    if (remedy !== 'row') {
      chunk.leaveOpen();
      this.trouble ??= { remedy, text };
      return;
    }
    const rejected = chunk.rejectNext();
    if (rejected === null) return;
    try {
      this.options.onRejected(rejected.batch, rejected.row, text);
    } catch (error) {
      this.fail(toEtlError(error));
    }
  }

  private endChunk(chunk: Chunk): void {
    this.inFlight.shift();
    if (!this.recovering) {
      if (chunk.openCount > 0 || this.unsettled.length > 0) this.unsettled.push(chunk);
      else this.release(chunk);
    }
    this.wakeUp();
  }

  // ── waiting ───────────────────────────────────────────────────────────────────────────────────────────────────────

  private async until(ready: () => boolean): Promise<void> {
    for (;;) {
      if (this.failure !== null) throw this.failure;
      if (this.trouble !== null) {
        // A server that refuses still answers: what is in flight is answered first.
        if (this.inFlight.length === 0 || this.connection?.lost !== false) await this.recover(this.trouble);
        else await this.event();
      } else if (ready()) return;
      else await this.event();
    }
  }

  /** Waits for the connection to tell something, or for it to have told nothing for too long. */
  private async event(): Promise<void> {
    const quietMs = this.inFlight.length === 0 ? 0 : performance.now() - this.lastReplyAt;
    await this.pause(Math.max(1, this.options.replyTimeoutMs - quietMs));
    const silentMs = performance.now() - this.lastReplyAt;
    if (this.inFlight.length > 0 && silentMs >= this.options.replyTimeoutMs) {
      this.connection?.drop(`no reply for ${formatDuration(silentMs)}`);
    }
  }

  /** Ends early when something happens. */
  private async pause(ms: number): Promise<void> {
    const start = performance.now();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
    this.options.onWaited(performance.now() - start);
  }

  private wakeUp(): void {
    this.wake?.();
  }

  // ── sending, and sending again ────────────────────────────────────────────────────────────────────────────────────

  private transmit(chunk: Chunk, bytes: Buffer): void {
    if (this.inFlight.length === 0) this.lastReplyAt = performance.now();
    this.inFlight.push(chunk);
    if (!this.connection!.write(bytes)) this.blocked = true;
  }

  /** Waits and tries until everything pending is settled. Throws when the budget is spent, or there is no point in waiting. */
  private async recover(first: Trouble): Promise<void> {
    const pending = [...this.unsettled, ...this.inFlight];
    this.unsettled = [];
    this.inFlight = [];
    this.recovering = true;
    const began = performance.now();
    let since = began;
    let tries = 0;
    let trouble: Trouble | null = first;
    let told = '';
    try {
      while (trouble !== null) {
        if (codeOf(trouble.text) !== told) this.options.warn(`Redis ${this.server}: ${trouble.text}; waits`);
        told = codeOf(trouble.text);
        if (isTerminal(trouble) || (trouble.remedy === 'check-once' && tries > 0))
          throw terminalError(this.server, trouble);
        const leftMs = since + this.options.outageBudgetMs - performance.now();
        if (leftMs <= 0) throw await budgetError(this.server, trouble, performance.now() - since, this.connection);
        await this.pauseBeforeTry(Math.min(leftMs, pauseMs(tries++)));
        trouble = await this.tryAgain(trouble, pending);
        if (this.lastProgressAt > since) {
          since = this.lastProgressAt;
          tries = 0;
        }
      }
    } finally {
      this.recovering = false;
      this.unsettled.push(...pending);
    }
    this.options.warn(`Redis ${this.server} takes writes again after ${formatDuration(performance.now() - began)}`);
  }

  private async pauseBeforeTry(ms: number): Promise<void> {
    const end = performance.now() + ms;
    for (let left = ms; left > 0; left = end - performance.now()) {
      await this.pause(left);
      if (this.failure !== null) throw this.failure;
    }
  }

  /** Connects if need be and sends what is open, one chunk after the other; gives the new trouble, or null if all went well. */
  private async tryAgain(trouble: Trouble, pending: Chunk[]): Promise<Trouble | null> {
    this.trouble = null;
    if (this.connection === null || this.connection.lost || trouble.remedy === 'reconnect') {
      const refused = await this.connect(this.connection);
      if (refused !== null) return (this.trouble = refused);
    }
    const repeatedKeys = new Set<string>();
    for (const chunk of pending) chunk.repeatLaterWritesOf(repeatedKeys, this.options.keyOffset);
    while (pending.length > 0 && this.trouble === null) {
      const chunk = pending[0];
      if (chunk.openCount > 0) this.transmit(chunk, chunk.beginResend());
      while (this.inFlight.length > 0 && !this.connection!.lost) {
        if (this.failure !== null) throw this.failure;
        await this.event();
      }
      if (this.failure !== null) throw this.failure;
      this.inFlight = [];
      if (chunk.openCount === 0) this.release(pending.shift()!);
    }
    return this.trouble;
  }

  /**
   * Replaces the connection. What the old one still carries must not be executed after what the new one sends: the
   * server is told to end it first. Gives the trouble, or null.
   */
  private async connect(old: RedisConnection | null): Promise<Trouble | null> {
    old?.close();
    const timeoutMs = Math.min(this.options.replyTimeoutMs, LONGEST_HANDSHAKE_MS);
    let fresh: RedisConnection | null = null;
    try {
      fresh = await openConnection(this.options.address, this.name, timeoutMs);
      const oldId = old?.clientId ?? null;
      if (oldId !== null) await fresh.ask(timeoutMs, 'CLIENT', 'KILL', 'ID', oldId).catch(ignoreReply);
      if (this.options.script !== null) await fresh.ask(timeoutMs, 'SCRIPT', 'LOAD', this.options.script);
    } catch (error) {
      fresh?.close();
      const text = error instanceof Error ? error.message : String(error);
      const remedy = error instanceof RedisReplyError ? remedyFor(text) : 'reconnect';
      return { remedy: remedy === 'row' ? 'check-once' : remedy === 'wait' ? 'reconnect' : remedy, text };
    }
    this.connection = fresh;
    this.blocked = false;
    this.repliesSeen = 0;
    this.rowError = null;
    fresh.listen(this);
    return this.trouble;
  }

  private get server(): string {
    return addressName(this.options.address);
  }
}

/** Doubles from try to try; half of it is random, so that slots do not come back together. */
function pauseMs(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2);
}

function ignoreReply(error: unknown): void {
  if (!(error instanceof RedisReplyError)) throw error;
}
