/**
 * The memory of the parent process, derived as Flink's JobManager derives it: heap and off-heap make total Flink memory.
 *
 * Three ways, the first that is configured wins: heap, total Flink memory, total process memory. Source: Flink's
 * JobManagerFlinkMemoryUtils.
 */
import { EtlError } from '../errors/etl-error.js';
import { jvmMemoryOfFlink, jvmMemoryOfProcess, sized, type JvmMemory } from './jvm-memory.js';
import { formatBytes } from './units.js';
import type { Settings } from './settings.js';

/** All in bytes. */
export interface JobManagerMemory {
  readonly totalProcess: number;
  readonly totalFlink: number;
  readonly jvmHeap: number;
  readonly offHeap: number;
  readonly jvmMetaspace: number;
  readonly jvmOverhead: number;
}

type FlinkMemory = Pick<JobManagerMemory, 'jvmHeap' | 'offHeap'>;

const DEFAULT_OFF_HEAP = 128 * 1024 ** 2;
const RECOMMENDED_HEAP = 128 * 1024 ** 2;

/** @throws EtlError ETL-1020, ETL-1021, ETL-1024 … ETL-1029 */
export function deriveJobManagerMemory(settings: Settings, notes: string[] = []): JobManagerMemory {
  const derived = derive(settings, notes);
  if (derived.jvmHeap < RECOMMENDED_HEAP)
    notes.push(
      `JVM heap: ${formatBytes(derived.jvmHeap)} is less than the recommended ${formatBytes(RECOMMENDED_HEAP)}`,
    );
  return derived;
}

function derive(settings: Settings, notes: string[]): JobManagerMemory {
  const heap = settings['jobmanager.memory.heap.size'];
  const flinkSize = settings['jobmanager.memory.flink.size'];
  const processSize = settings['jobmanager.memory.process.size'];

  if (heap !== null) {
    const flink = fromHeap(settings, heap, flinkSize);
    return assemble(flink, jvmMemoryOfFlink('jobmanager', settings, flink.jvmHeap + flink.offHeap, notes));
  }
  if (flinkSize !== null) {
    const flink = fromTotalFlink(settings, flinkSize);
    return assemble(flink, jvmMemoryOfFlink('jobmanager', settings, flinkSize, notes));
  }
  if (processSize !== null) {
    const jvm = jvmMemoryOfProcess('jobmanager', settings, processSize, notes);
    return assemble(fromTotalFlink(settings, processSize - jvm.jvmMetaspace - jvm.jvmOverhead), jvm);
  }
  throw new EtlError(
    'ETL-1020',
    'no size of the JobManager is configured: set jobmanager.memory.heap.size, or jobmanager.memory.flink.size, or jobmanager.memory.process.size',
    { hint: 'for example: -D jobmanager.memory.process.size=1600m' },
  );
}

function fromHeap(settings: Settings, jvmHeap: number, flinkSize: number | null): FlinkMemory {
  const offHeap = settings['jobmanager.memory.off-heap.size'];
  if (flinkSize === null) return { jvmHeap, offHeap: offHeap ?? DEFAULT_OFF_HEAP };
  if (offHeap !== null) {
    if (jvmHeap + offHeap === flinkSize) return { jvmHeap, offHeap };
    throw new EtlError(
      'ETL-1027',
      `JVM heap (${sized(jvmHeap)}) and off-heap (${sized(offHeap)}) are not the total Flink memory (${sized(flinkSize)})`,
      {
        hint: 'leave out jobmanager.memory.off-heap.size: it is then what the heap leaves',
      },
    );
  }
  if (jvmHeap > flinkSize) {
    throw new EtlError(
      'ETL-1028',
      `JVM heap (${sized(jvmHeap)}) exceeds the total Flink memory (${sized(flinkSize)})`,
      {
        hint: 'raise jobmanager.memory.flink.size, or leave it out',
      },
    );
  }
  return { jvmHeap, offHeap: flinkSize - jvmHeap };
}

function fromTotalFlink(settings: Settings, flink: number): FlinkMemory {
  const offHeap = settings['jobmanager.memory.off-heap.size'] ?? DEFAULT_OFF_HEAP;
  if (flink > offHeap) return { jvmHeap: flink - offHeap, offHeap };
  throw new EtlError(
    'ETL-1029',
    `the total Flink memory (${sized(flink)}) must be greater than off-heap (${sized(offHeap)})`,
    {
      hint: 'raise jobmanager.memory.process.size (or flink.size), or lower jobmanager.memory.off-heap.size',
    },
  );
}

function assemble(flink: FlinkMemory, jvm: JvmMemory): JobManagerMemory {
  const totalFlink = flink.jvmHeap + flink.offHeap;
  return { totalProcess: totalFlink + jvm.jvmMetaspace + jvm.jvmOverhead, totalFlink, ...flink, ...jvm };
}
