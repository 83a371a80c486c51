/**
 * Entry of a slot process, forked by the parent. Greets, obeys, and never outlives the parent.
 *
 * Ctrl-C (and Ctrl-\) reaches the whole foreground group: a slot ignores it and waits for the parent's word. When the IPC channel
 * closes, the parent is gone: the slot exits at once, wherever it is.
 */
import { Console } from 'node:console';
import { PROTOCOL_VERSION, type FromSlot, type ToSlot } from '../protocol/messages.js';
import type { SlotContext } from '../connectors/connector.js';
import { connectors } from '../connectors/registry.js';
import { MemoryPool } from '../memory/memory-pool.js';
import { SpillSpace } from '../spill/spill-space.js';
import type { SlotResources } from '../operators/task-resources.js';
import { SlotRuntime } from './slot-runtime.js';

const EXIT_INTERNAL = 70;
const EXIT_WITHOUT_PARENT = 71;

function send(message: FromSlot, sent?: () => void): void {
  if (!process.connected) process.exit(EXIT_WITHOUT_PARENT);
  process.send!(message, undefined, undefined, (error) => {
    if (error !== null) process.exit(EXIT_WITHOUT_PARENT);
    sent?.();
  });
}

type Welcome = Extract<ToSlot, { type: 'welcome' }>;

function createRuntime(welcome: Welcome): SlotRuntime {
  const context: SlotContext = {
    settings: welcome.settings,
    runId: welcome.runId,
    mainPid: welcome.mainPid,
    slot: welcome.slot,
    logicalTimeMs: welcome.logicalTimeMs,
    baseDir: welcome.baseDir,
    networkBytes: welcome.networkBytes,
    log: (level, message) => send({ type: 'log', level, message }),
  };
  return new SlotRuntime({ context, resources: createResources(welcome), connectors }, send, welcome.mainPid);
}

function createResources({
  settings,
  runId,
  mainPid,
  slot,
  slots,
  managedBytes,
  networkBytes,
}: Welcome): SlotResources {
  const mostBytes = settings['spill.max-bytes'];
  return {
    managed: new MemoryPool(managedBytes, { refuseFirstGrow: settings['debug.force-spill'], slots }),
    network: new MemoryPool(networkBytes, { kind: 'network', slots }),
    spill: new SpillSpace({
      runId,
      slot,
      ownerPid: mainPid,
      directories: settings['io.tmp.dirs'],
      maxBytes: mostBytes === null ? null : Math.floor(mostBytes / slots),
      compression: settings['spill.compression'],
    }),
    batchRows: settings['debug.batch-rows'],
  };
}

/** One heartbeat outstanding at the most: a parent that cannot keep up is not flooded. */
function beat(runtime: SlotRuntime, everyMs: number): void {
  let isUnderWay = false;
  const tell = (): void => {
    if (isUnderWay) return;
    isUnderWay = true;
    send(runtime.heartbeat(), () => (isUnderWay = false));
  };
  tell();
  setInterval(tell, everyMs).unref();
}

/** Never goes on in a state nobody knows: says why, and dies. The parent starts the split again elsewhere. */
function dieOnSurprise(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      process.stderr.write(
        `slot ${process.pid}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exit(EXIT_INTERNAL);
    });
  }
}

function main(): void {
  let runtime: SlotRuntime | null = null;
  // What a function of the user prints must not mix with rows on standard output: it goes to the log of the run.
  globalThis.console = new Console(process.stderr, process.stderr);
  dieOnSurprise();
  process.on('message', (message: ToSlot) => {
    if (message.type === 'welcome') {
      runtime = createRuntime(message);
      beat(runtime, message.settings['heartbeat.interval']);
    } else if (message.type === 'shutdown') {
      void (runtime?.close() ?? Promise.resolve()).finally(() => process.exit(0));
    } else {
      void runtime?.obey(message);
    }
  });
  process.on('disconnect', () => process.exit(EXIT_WITHOUT_PARENT));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => undefined);
  process.on('SIGUSR1', () => undefined); // Node would open its inspector port
  send({ type: 'hello', version: PROTOCOL_VERSION, pid: process.pid });
}

main();
