import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from './sqlite-error.js';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

export interface Patience {
  readonly budgetMs: number;
  readonly signal?: AbortSignal;
  readonly waited?: (ms: number) => void;
}

/** Does `work` again while another connection holds the lock it needs; throws the last refusal when the budget is spent. */
export async function withPatience<Answer>(
  work: () => Answer,
  { budgetMs, signal, waited }: Patience,
): Promise<Answer> {
  const start = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return work();
    } catch (error) {
      const leftMs = start + budgetMs - performance.now();
      if (!isBusy(error) || leftMs <= 0 || signal?.aborted === true) throw error;
      const pauseStart = performance.now();
      await sleep(Math.min(leftMs, pauseMs * (0.5 + Math.random() / 2)));
      waited?.(performance.now() - pauseStart);
    }
  }
}
