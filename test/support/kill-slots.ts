/** kill -9 for slots of a run, at moments that a seed gives. */
import { readFileSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';

/** A generator of equal sequences for equal seeds (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Kills a random slot of the run `times` times, at random intervals, beginning when slots are there. */
export function killSlots(seed: number, times: number): (child: ChildProcess) => void {
  const random = randomFrom(seed);
  return (child) => {
    let left = times;
    const next = (): void => {
      if (left === 0 || child.exitCode !== null || child.signalCode !== null) return;
      let slots: number[] = [];
      try {
        slots = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
          .trim()
          .split(/\s+/)
          .filter(Boolean)
          .map(Number);
      } catch {
        return; // the run has ended between two looks
      }
      const slot = slots[Math.floor(random() * slots.length)];
      if (slot !== undefined) {
        try {
          process.kill(slot, 'SIGKILL');
          left--;
        } catch {
          // it had just ended by itself
        }
      }
      setTimeout(next, 50 + random() * 400);
    };
    setTimeout(next, 300 + random() * 500);
  };
}
