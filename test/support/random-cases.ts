/**
 * How long random cases against PostgreSQL may take. One that hangs ends with its seed and itself printed: before the test's own
 * limit, behind which nothing is.
 */
import type { Parameters } from 'fast-check';

const MS_OF_CASE = 200;
const MS_MORE = 60_000;
const MOST_MS_OF_ONE = 30_000;

export const testLimit = (cases: number): number => MS_MORE + MS_OF_CASE * cases;

export function runParameters<T>(cases: number): Parameters<T> {
  return {
    numRuns: cases,
    timeout: MOST_MS_OF_ONE,
    interruptAfterTimeLimit: testLimit(cases) - MS_MORE / 4,
    markInterruptAsFailure: true,
  };
}
