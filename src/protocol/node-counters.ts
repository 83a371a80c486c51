/** Sums of what parts of a chain have counted. */
import type { NodeCounters } from './task.js';

export function zeroCounters(): NodeCounters {
  return { in: 0, out: 0, filtered: 0, rejected: 0, added: 0, merged: 0 };
}

export function addCounters(sum: NodeCounters, more: NodeCounters, times: 1 | -1 = 1): void {
  for (const key of ['in', 'out', 'filtered', 'rejected', 'added', 'merged'] as const) sum[key] += times * more[key];
}
