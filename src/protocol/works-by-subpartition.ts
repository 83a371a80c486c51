/** Operators that can work on one subpartition after another: each row only meets rows with the same ones. */
import type { OperatorDescriptor } from './task.js';

export function worksBySubpartition(operator: OperatorDescriptor): boolean {
  if (operator.kind === 'aggregate') return operator.phase === 'final';
  return operator.kind === 'join' && !operator.isSorted;
}
