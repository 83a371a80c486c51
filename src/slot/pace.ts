/** `rateLimit` of a sink: no more rows a second than its share in this slot, evenly. */
import { setTimeout } from 'node:timers/promises';

/** Rows are let through in portions of so much time. */
const PORTION_MS = 100;

export interface Pace {
  /** Most rows that are written at once. */
  readonly portion: number;
  /** Milliseconds until the next `rows` may be written, at `nowMs`; what follows waits for them. */
  wait(rows: number, nowMs: number): number;
}

/** Time that nobody used is not made up for: after a pause the rate is the same as ever. */
export function createPace(rowsPerSecond: number): Pace {
  let freeMs = -Infinity;
  return {
    portion: Math.max(1, Math.floor((rowsPerSecond * PORTION_MS) / 1000)),
    wait(rows, nowMs) {
      const startMs = Math.max(freeMs, nowMs);
      freeMs = startMs + (rows * 1000) / rowsPerSecond;
      return startMs - nowMs;
    },
  };
}

/** @throws the signal's reason */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
