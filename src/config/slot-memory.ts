/**
 * What one slot process gets of a TaskManager: 1/N of everything, because here a slot is a process of its own.
 *
 * Framework and task heap become `--max-old-space-size`; managed memory is what operators may reserve, network memory the
 * buffers of reading and writing (typed arrays, outside the heap); the rest is for Node itself. What is rounded away is left unused.
 */
import { EtlError } from '../errors/etl-error.js';
import type { TaskManagerMemory } from './taskmanager-memory.js';
import { formatBytes } from './units.js';

/** Bytes, unless a name says otherwise. */
export interface SlotMemory {
  /** MiB, for `--max-old-space-size`. */
  readonly heapFlagMb: number;
  /** MiB, for `--max-semi-space-size`: the young generation (three of these) is paid out of `runtime`. */
  readonly semiSpaceFlagMb: number;
  readonly frameworkHeap: number;
  readonly taskHeap: number;
  readonly managed: number;
  readonly network: number;
  readonly taskOffHeap: number;
  /** Framework off-heap, metaspace and overhead: Node, its libraries, its young generation. */
  readonly runtime: number;
  /** All of it: what the process may occupy. */
  readonly total: number;
}

const MIB = 1024 ** 2;
/** Node with the drivers loaded holds 14 MiB of live heap and 70 MiB in all (measured, Node 20 to 24). */
const LEAST_HEAP_MB = 32;
const LEAST_TOTAL = 96 * MIB;

/** @throws EtlError ETL-1030 when a process with such a share could not start or would die at its first batch */
export function slotMemory(memory: TaskManagerMemory, slots: number): SlotMemory {
  const share = (bytes: number) => Math.floor(bytes / slots);
  const heapFlagMb = Math.floor(share(memory.jvmHeap) / MIB);
  const total = share(memory.totalProcess);
  const shared = `of ${formatBytes(memory.totalProcess)} in ${slots} ${slots === 1 ? 'slot' : 'slots'}`;
  if (total < LEAST_TOTAL)
    throw tooSmall(`${shared}, each gets ${formatBytes(total)}; it needs at least ${formatBytes(LEAST_TOTAL)}`, slots);
  if (heapFlagMb < LEAST_HEAP_MB)
    throw tooSmall(`${shared}, each gets ${heapFlagMb} MiB of heap; it needs at least ${LEAST_HEAP_MB} MiB`, slots);
  const runtime = share(memory.frameworkOffHeap + memory.jvmMetaspace + memory.jvmOverhead);
  return {
    heapFlagMb,
    semiSpaceFlagMb: semiSpaceMb(heapFlagMb),
    frameworkHeap: share(memory.frameworkHeap),
    taskHeap: share(memory.taskHeap),
    managed: share(memory.managed),
    network: share(memory.network),
    taskOffHeap: share(memory.taskOffHeap),
    runtime,
    total,
  };
}

/** Memory of the process when none is configured: Flink's 1728m up to 8 slots, then 216m for each. */
export function defaultProcessSize(slots: number): number {
  return Math.max(1728, 216 * slots) * MIB;
}

/** V8's default of 16 MiB may hold 48 MiB of young objects: too much for a small slot. A power of two. */
function semiSpaceMb(heapMb: number): number {
  return heapMb < 96 ? 4 : heapMb < 256 ? 8 : 16;
}

function tooSmall(what: string, slots: number): EtlError {
  return new EtlError('ETL-1030', `the memory of a slot is too small: ${what}`, {
    hint: `set taskmanager.memory.process.size to ${defaultProcessSize(slots) / MIB}m, or use fewer slots`,
  });
}
