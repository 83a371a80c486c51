/** The memory of the parent: it plans, schedules and reports, and never holds a row. */
import { memoryBound, memorySize, optionalMemorySize, ratio } from '../setting.js';

export const jobManagerMemory = {
  'jobmanager.memory.process.size': optionalMemorySize(
    'Memory of the parent process, everything included. Default 1600m when no other way is set (flink.size or heap.size). A figure to plan with: the parent is not given a heap limit.',
  ),
  'jobmanager.memory.flink.size': optionalMemorySize(
    'Total Flink memory of the parent: its process without JVM metaspace and overhead.',
  ),
  'jobmanager.memory.heap.size': optionalMemorySize(
    'Heap of the parent. Default: what off-heap.size leaves of flink.size.',
  ),
  'jobmanager.memory.off-heap.size': optionalMemorySize(
    'Memory of the parent outside its heap. Default 128m, or what heap.size leaves of flink.size when both are set.',
  ),
  'jobmanager.memory.jvm-metaspace.size': memorySize('256m', 'Code and data of Node itself in the parent.'),
  'jobmanager.memory.jvm-overhead.min': memorySize('192m', 'Least memory of the parent for what nobody else counts.'),
  'jobmanager.memory.jvm-overhead.max': memoryBound('1g', 'Most memory of the parent for what nobody else counts.'),
  'jobmanager.memory.jvm-overhead.fraction': ratio(
    '0.1',
    'That overhead as a fraction of its process.size, from 0 up to but not 1; then held between its min and max.',
  ),
};
