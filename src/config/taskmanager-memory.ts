/**
 * The memory of the process with the slots, derived as Flink's TaskExecutor derives it.
 *
 *     total process = total Flink + JVM metaspace + JVM overhead
 *     total Flink   = JVM heap (framework + task) + managed + JVM direct (framework off-heap + task off-heap + network)
 *
 * Three ways, the first that is configured wins: task heap with managed size, total Flink memory, total process memory. A
 * total that is also given but not used is a check. Source: Flink's TaskExecutorFlinkMemoryUtils, ProcessMemoryUtils.
 */
import { EtlError } from '../errors/etl-error.js';
import { jvmMemoryOfFlink, jvmMemoryOfProcess, sized, type JvmMemory } from './jvm-memory.js';
import { fractionOf, inverseFractionOf, isInRange, memoryRange, unboundedRange } from './memory-range.js';
import type { Settings } from './settings.js';

/** All in bytes. */
export interface TaskManagerMemory {
  readonly totalProcess: number;
  readonly totalFlink: number;
  readonly frameworkHeap: number;
  readonly taskHeap: number;
  readonly frameworkOffHeap: number;
  readonly taskOffHeap: number;
  readonly network: number;
  readonly managed: number;
  readonly jvmMetaspace: number;
  readonly jvmOverhead: number;
  /** Framework and task heap: the heap limit of the process. */
  readonly jvmHeap: number;
  /** Framework and task off-heap, and network. */
  readonly jvmDirect: number;
}

type FlinkMemory = Pick<
  TaskManagerMemory,
  'frameworkHeap' | 'taskHeap' | 'frameworkOffHeap' | 'taskOffHeap' | 'network' | 'managed'
>;

/** @throws EtlError ETL-1020 … ETL-1026. `notes` hears of bounds that took effect. */
export function deriveTaskManagerMemory(settings: Settings, notes: string[] = []): TaskManagerMemory {
  const taskHeap = settings['taskmanager.memory.task.heap.size'];
  const managed = settings['taskmanager.memory.managed.size'];
  const flinkSize = settings['taskmanager.memory.flink.size'];
  const processSize = settings['taskmanager.memory.process.size'];

  if (taskHeap !== null && managed !== null) {
    const flink = fromTaskHeapAndManaged(settings, taskHeap, managed, notes);
    return assemble(flink, jvmMemoryOfFlink('taskmanager', settings, totalFlink(flink), notes));
  }
  if (flinkSize !== null) {
    const flink = fromTotalFlink(settings, flinkSize, notes);
    return assemble(flink, jvmMemoryOfFlink('taskmanager', settings, flinkSize, notes));
  }
  if (processSize !== null) {
    const jvm = jvmMemoryOfProcess('taskmanager', settings, processSize, notes);
    return assemble(fromTotalFlink(settings, processSize - jvm.jvmMetaspace - jvm.jvmOverhead, notes), jvm);
  }
  throw new EtlError(
    'ETL-1020',
    'no size of the TaskManager is configured: set taskmanager.memory.task.heap.size and taskmanager.memory.managed.size, or taskmanager.memory.flink.size, or taskmanager.memory.process.size',
    { hint: 'for example: -D taskmanager.memory.process.size=1728m' },
  );
}

function fromTaskHeapAndManaged(settings: Settings, taskHeap: number, managed: number, notes: string[]): FlinkMemory {
  const known = { ...fixedParts(settings), taskHeap, managed };
  const flinkSize = settings['taskmanager.memory.flink.size'];
  if (flinkSize !== null) return { ...known, network: networkFromRest(settings, flinkSize, known) };
  return { ...known, network: inverseFractionOf(networkRange(settings), sum(known), notes) };
}

function fromTotalFlink(settings: Settings, flink: number, notes: string[]): FlinkMemory {
  const taskHeap = settings['taskmanager.memory.task.heap.size'];
  const managed = managedOf(settings, flink, notes);
  if (taskHeap !== null) {
    const known = { ...fixedParts(settings), taskHeap, managed };
    return { ...known, network: networkFromRest(settings, flink, known) };
  }
  const known = { ...fixedParts(settings), managed, network: fractionOf(networkRange(settings), flink, notes) };
  checkFits(known, flink);
  return { ...known, taskHeap: flink - sum(known) };
}

function fixedParts(settings: Settings) {
  return {
    frameworkHeap: settings['taskmanager.memory.framework.heap.size'],
    frameworkOffHeap: settings['taskmanager.memory.framework.off-heap.size'],
    taskOffHeap: settings['taskmanager.memory.task.off-heap.size'],
  };
}

function managedOf(settings: Settings, flink: number, notes: string[]): number {
  const explicit = settings['taskmanager.memory.managed.size'];
  if (explicit !== null) return explicit;
  const key = 'taskmanager.memory.managed.fraction';
  return fractionOf(unboundedRange('managed memory', key, settings[key]), flink, notes);
}

/** With the heap given, network memory is what is left, and its range is a check. */
function networkFromRest(settings: Settings, flink: number, known: Record<string, number>): number {
  const range = networkRange(settings);
  checkFits(known, flink);
  const network = flink - sum(known);
  if (isInRange(range, network)) return network;
  throw new EtlError(
    'ETL-1023',
    `total Flink memory (${sized(flink)}) and its heap are both set, which makes network memory what is left: ${sized(network)}, outside its range of ${sized(range.min)} to ${sized(range.max)}`,
    { hint: 'change taskmanager.memory.task.heap.size, or widen taskmanager.memory.network.min and .max' },
  );
}

function checkFits(parts: Record<string, number>, flink: number): void {
  if (sum(parts) <= flink) return;
  const listed = Object.entries(parts).map(([part, bytes]) => `${partNames[part]} ${sized(bytes)}`);
  throw new EtlError('ETL-1022', `the parts exceed the total Flink memory of ${sized(flink)}: ${listed.join(', ')}`, {
    hint: 'raise taskmanager.memory.process.size (or flink.size), or make a part smaller',
  });
}

const partNames: Readonly<Record<string, string>> = {
  frameworkHeap: 'framework heap',
  frameworkOffHeap: 'framework off-heap',
  taskHeap: 'task heap',
  taskOffHeap: 'task off-heap',
  managed: 'managed',
  network: 'network',
};

function networkRange(settings: Settings) {
  return memoryRange(settings, 'network memory', 'taskmanager.memory.network');
}

function assemble(flink: FlinkMemory, jvm: JvmMemory): TaskManagerMemory {
  return {
    totalProcess: totalFlink(flink) + jvm.jvmMetaspace + jvm.jvmOverhead,
    totalFlink: totalFlink(flink),
    ...flink,
    ...jvm,
    jvmHeap: flink.frameworkHeap + flink.taskHeap,
    jvmDirect: flink.frameworkOffHeap + flink.taskOffHeap + flink.network,
  };
}

function totalFlink(flink: FlinkMemory): number {
  return sum(flink as unknown as Record<string, number>);
}

function sum(parts: Record<string, number>): number {
  return Object.values(parts).reduce((total, bytes) => total + bytes, 0);
}
