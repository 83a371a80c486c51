/**
 * Entry of a slot process, forked by the parent. Greets, obeys, and never outlives the parent.
 *
 * Ctrl-C reaches the whole foreground group: a slot ignores it and waits for the parent's word. When the IPC channel
 * closes, the parent is gone: the slot exits at once, wherever it is.
 */
import { PROTOCOL_VERSION, type FromSlot, type ToSlot } from '../protocol/messages.js';
import type { SlotContext } from '../connectors/connector.js';
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

function start({ welcome }: { welcome: Extract<ToSlot, { type: 'welcome' }> }): SlotRuntime {
  const context: SlotContext = {
    settings: welcome.settings,
    runId: welcome.runId,
    slot: welcome.slot,
    logicalTimeMs: welcome.logicalTimeMs,
    baseDir: welcome.baseDir,
    networkBytes: welcome.networkBytes,
    log: (level, message) => send({ type: 'log', level, message }),
  };
  const runtime = new SlotRuntime(context, send);
  // One heartbeat outstanding at the most: a parent that cannot keep up is not flooded.
  let underWay = false;
  setInterval(() => {
    if (underWay) return;
    underWay = true;
    send(runtime.heartbeat(process.memoryUsage.rss()), () => (underWay = false));
  }, welcome.settings['heartbeat.interval']).unref();
  return runtime;
}

let runtime: SlotRuntime | null = null;

process.on('message', (message: ToSlot) => {
  if (message.type === 'welcome') {
    runtime = start({ welcome: message });
  } else if (message.type === 'shutdown') {
    void (runtime?.close() ?? Promise.resolve()).finally(() => process.exit(0));
  } else {
    void runtime?.obey(message);
  }
});
process.on('disconnect', () => process.exit(EXIT_WITHOUT_PARENT));
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGUSR1', () => undefined); // Node would open its inspector port
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    // Never go on in a state nobody knows: say why, and die. The parent starts the split again elsewhere.
    process.stderr.write(`slot ${process.pid}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(EXIT_INTERNAL);
  });
}
send({ type: 'hello', version: PROTOCOL_VERSION, pid: process.pid });
