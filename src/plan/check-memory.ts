/**
 * Does a slot have the managed memory that its operators cannot do without? Asked before a row is read. What they hold beyond that
 * they spill; rows that are larger than a batch may still be too much for them (ETL-6010).
 */
import { TARGET_BATCH_BYTES } from '../columnar/batch.js';
import { formatBytes } from '../config/units.js';
import { EtlError } from '../errors/etl-error.js';
import { holdsRows } from '../protocol/holds-rows.js';
import type { OperatorDescriptor } from '../protocol/task.js';
import type { ExecutionPlan, ExecutionVertex } from './execution-plan.js';

/** Of an operator: a batch of rows, or of each of the runs that it merges. */
const LEAST_BYTES = TARGET_BATCH_BYTES;
const SHOWN = 5;
const MIB = 1024 ** 2;

/** @throws EtlError ETL-3030 with the size that would do; `bytes`: managed memory of one slot, of `slots` in the TaskManager. */
export function checkMemory(plan: ExecutionPlan, bytes: number, slots: number): void {
  const tight = plan.vertices.find((vertex) => leastBytesOf(vertex) > bytes);
  if (tight === undefined) return;
  const { name } = tight.descriptor;
  const least = formatBytes(leastBytesOf(tight));
  const holders = holdersOf(tight).map(({ id }) => id);
  const shown = holders.length > SHOWN ? [...holders.slice(0, SHOWN), `${holders.length - SHOWN} more`] : holders;
  const wanted = Math.ceil((leastManagedBytes(plan) * slots) / MIB);
  throw new EtlError(
    'ETL-3030',
    `${name} needs ${least} of managed memory in each slot, for ${shown.join(', ')}; a slot has ${formatBytes(bytes)}`,
    { hint: `set taskmanager.memory.managed.size to ${wanted}m or more${slots === 1 ? '' : ` for ${slots} slots`}` },
  );
}

/** What each slot needs at the least. */
export function leastManagedBytes({ vertices }: ExecutionPlan): number {
  return Math.max(...vertices.map(leastBytesOf));
}

function leastBytesOf(vertex: ExecutionVertex): number {
  return holdersOf(vertex).length * LEAST_BYTES;
}

function holdersOf({ descriptor }: ExecutionVertex): readonly OperatorDescriptor[] {
  return descriptor.operators.filter(({ kind }) => holdsRows[kind]);
}
