/** The memory of the process that has the slots; names and defaults of Flink 1.12 to 1.16. */
import { memoryBound, memorySize, optionalMemorySize, ratio } from '../setting.js';

export const taskManagerMemory = {
  'taskmanager.memory.process.size': optionalMemorySize(
    'Memory of all slots of a run together, everything included. When neither this nor one of its parts is set (flink.size, or ' +
      'task.heap.size with managed.size) it is 1728m, and beyond 8 slots 216m for each slot. Each of N slot processes gets 1/N. ' +
      'More means fewer spills; what is left to the machine is also its file cache.',
  ),
  'taskmanager.memory.flink.size': optionalMemorySize(
    'Total Flink memory: the process without JVM metaspace and overhead. Set it instead of process.size; if both are set, overhead is what is left.',
  ),
  'taskmanager.memory.framework.heap.size': memorySize(
    '128m',
    'Heap for etl itself. It goes into --max-old-space-size together with the task heap; too little ends in slots that die for want of heap.',
  ),
  'taskmanager.memory.framework.off-heap.size': memorySize(
    '128m',
    'Memory outside the heap for etl itself: buffers of drivers, decompression. Counted, not enforced.',
  ),
  'taskmanager.memory.task.heap.size': optionalMemorySize(
    'Heap for what users bring: functions and the rows given to them. Default: what the other parts leave of flink.size.',
  ),
  'taskmanager.memory.task.off-heap.size': memorySize(
    '0b',
    'Memory outside the heap that user functions take. Counted, not enforced.',
  ),
  'taskmanager.memory.managed.size': optionalMemorySize(
    'Memory for sorting, hashing and caching; an operator that needs more spills to disk. Wins over managed.fraction.',
    { aliases: ['taskmanager.memory.size'] },
  ),
  'taskmanager.memory.managed.fraction': ratio(
    '0.4',
    'Managed memory as a fraction of total Flink memory, from 0 up to but not 1, when managed.size is not set.',
  ),
  'taskmanager.memory.network.min': memorySize('64m', 'Least memory for buffers of reading, exchanging and writing.', {
    aliases: ['taskmanager.network.memory.min'],
  }),
  'taskmanager.memory.network.max': memoryBound(
    '1g',
    'Most memory for buffers of reading, exchanging and writing. (Flink raised its default to no limit in 1.17.) Beyond 2^53 it bounds nothing.',
    { aliases: ['taskmanager.network.memory.max'] },
  ),
  'taskmanager.memory.network.fraction': ratio(
    '0.1',
    'Buffer memory as a fraction of total Flink memory, from 0 up to but not 1; then held between network.min and network.max.',
    {
      aliases: ['taskmanager.network.memory.fraction'],
    },
  ),
  'taskmanager.memory.jvm-metaspace.size': memorySize(
    '256m',
    'In Flink the class metaspace; here the code and data of Node itself, before a row is read. Counted, not enforced.',
  ),
  'taskmanager.memory.jvm-overhead.min': memorySize(
    '192m',
    'Least memory for what nobody else counts: thread stacks, allocator slack, garbage not yet collected.',
  ),
  'taskmanager.memory.jvm-overhead.max': memoryBound('1g', 'Most memory for what nobody else counts.'),
  'taskmanager.memory.jvm-overhead.fraction': ratio(
    '0.1',
    'That overhead as a fraction of process.size, from 0 up to but not 1; then held between its min and max.',
  ),
};
