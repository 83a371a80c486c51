/**
 * One slot process as the parent sees it: forked, greeted, watched, and reaped.
 *
 * `lost` is called exactly once, after the process is gone for good: whatever it did, it can do nothing more.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { EtlError } from '../errors/etl-error.js';
import type { ErrorData } from '../errors/etl-error.js';
import { PROTOCOL_VERSION, type FromSlot, type ToSlot } from '../protocol/messages.js';

export interface SlotProcessOptions {
  readonly index: number;
  /** `--max-old-space-size` of the slot, MiB. */
  readonly heapMb: number;
  /** `--max-semi-space-size` of the slot, MiB. */
  readonly semiSpaceMb: number;
  readonly welcome: Extract<ToSlot, { type: 'welcome' }>;
  readonly heartbeatTimeoutMs: number;
  readonly environment: NodeJS.ProcessEnv;
  /** Entry module of the slot. */
  readonly entry: URL;
  readonly onMessage: (message: FromSlot) => void;
  /** What it wrote to stderr, as it comes. */
  readonly onOutput: (text: string) => void;
  readonly onReady: () => void;
  readonly onLost: (error: ErrorData, killed: boolean) => void;
}

export interface SlotProcess {
  readonly pid: number;
  send(message: ToSlot): void;
  /** Asks it to close what it holds and exit; SIGKILL when it has not within `graceMs`. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

/** A process of its own that a slot started may keep its stderr open for ever. */
const LAST_WORDS_MS = 200;
const MOST_LAST_WORDS = 64 << 10;

export function startSlotProcess(options: SlotProcessOptions): SlotProcess {
  const child = fork(options.entry, [], {
    execArgv: [
      `--max-old-space-size=${options.heapMb}`,
      `--max-semi-space-size=${options.semiSpaceMb}`,
      // Batches live outside the heap. Marking step by step begins anew with every few of them, and writes pay for it all along; marking
      // a heap that hardly holds anything at once takes a few milliseconds, and a fifth less CPU in all (V8 11 to 13).
      '--no-incremental-marking',
    ],
    env: options.environment,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    serialization: 'json',
  });
  let lastWords = '';
  // There is no stderr where there is no descriptor left.
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-MOST_LAST_WORDS);
    options.onOutput(text);
  });
  let stopping = false;
  let reason: EtlError | null = null;
  const watchdog = watch(child, options.heartbeatTimeoutMs, (silentMs) => {
    reason = new EtlError(
      'ETL-6005',
      `slot ${options.index} (pid ${child.pid}) gave no sign of life for ${Math.round(silentMs / 1000)} s`,
    );
    child.kill('SIGKILL');
  });
  const gone = new Promise<void>((resolve) => {
    const onGone = (code: number | null, signal: NodeJS.Signals | null): void => {
      watchdog.stop();
      resolve();
      if (stopping) return;
      const killed = reason === null && signal === 'SIGKILL';
      options.onLost((reason ?? causeOfDeath(options, child.pid, code, signal, lastWords)).toJSON(), killed);
    };
    child.once('exit', (code, signal) => {
      // Its last words may still be on their way: why it died.
      let isTold = false;
      const tell = (): void => {
        if (!isTold) onGone(code, signal);
        isTold = true;
      };
      child.once('close', tell);
      setTimeout(tell, LAST_WORDS_MS).unref();
    });
    child.once('error', (error) => {
      reason ??= new EtlError('ETL-6002', `slot ${options.index} cannot be started: ${error.message}`, {
        cause: error,
      });
      if (child.pid === undefined) onGone(null, null);
    });
  });
  // Without a listener on it, a send to a process that is just dying would throw.
  child.on('error', () => undefined);
  child.on('message', (message: FromSlot) => {
    watchdog.seen();
    if (message.type !== 'hello') return options.onMessage(message);
    if (message.version !== PROTOCOL_VERSION) {
      reason = new EtlError(
        'ETL-6006',
        `slot ${options.index} speaks protocol ${message.version}, the parent ${PROTOCOL_VERSION}`,
      );
      child.kill('SIGKILL');
      return;
    }
    child.send(options.welcome);
    options.onReady();
  });
  return {
    pid: child.pid ?? 0,
    send: (message) => {
      if (child.connected) child.send(message, () => undefined);
    },
    stop: async (graceMs) => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      if (child.connected) child.send({ type: 'shutdown' } satisfies ToSlot, () => undefined);
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(timer);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function causeOfDeath(
  options: SlotProcessOptions,
  pid: number | undefined,
  code: number | null,
  signal: NodeJS.Signals | null,
  lastWords: string,
): EtlError {
  const who = `slot ${options.index} (pid ${pid ?? 'none'})`;
  const isAborted = signal === 'SIGABRT' || code === 134;
  // V8 aborts for want of memory, Node and native modules for many reasons; a failed assertion is none of the heap.
  if (isAborted && !lastWords.includes('Assertion failed')) {
    return new EtlError('ETL-6007', `${who} ran out of its heap of ${options.heapMb} MiB`, {
      hint: 'raise taskmanager.memory.process.size, or lower the parallelism so that each slot gets more',
    });
  }
  return new EtlError('ETL-6001', signal === null ? `${who} exited with ${code}` : `${who} was ended by ${signal}`);
}

/**
 * Calls `onSilent` when nothing was heard for `timeoutMs`. A process that still burns CPU is busy, not hung: it gets ten
 * times as long (Linux only, where /proc tells).
 */
function watch(
  child: ChildProcess,
  timeoutMs: number,
  onSilent: (silentMs: number) => void,
): { seen(): void; stop(): void } {
  let lastSeen = performance.now();
  let lastCpu = -1;
  let cpuMoved = performance.now();
  const timer = setInterval(
    () => {
      const now = performance.now();
      const cpu = cpuTicks(child.pid);
      if (cpu !== lastCpu) cpuMoved = now;
      lastCpu = cpu;
      const silentMs = now - lastSeen;
      const isBusy = cpu >= 0 && now - cpuMoved < timeoutMs;
      if (silentMs > (isBusy ? 10 * timeoutMs : timeoutMs)) onSilent(silentMs);
    },
    Math.max(50, timeoutMs / 4),
  );
  timer.unref();
  return { seen: () => (lastSeen = performance.now()), stop: () => clearInterval(timer) };
}

/** User + system time of a process in clock ticks; -1 where it cannot be known. */
function cpuTicks(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return -1;
  }
}
