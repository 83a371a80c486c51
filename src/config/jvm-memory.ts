/**
 * The two parts of a process that Flink counts beside its own memory: metaspace and overhead. The same rules hold for
 * TaskManager and JobManager; which of total process and total Flink memory is given decides what is derived.
 */
import { EtlError } from '../errors/etl-error.js';
import { fractionOf, inverseFractionOf, isInRange, memoryRange } from './memory-range.js';
import type { Settings } from './settings.js';
import { formatBytes } from './units.js';

export type Component = 'taskmanager' | 'jobmanager';

export interface JvmMemory {
  readonly jvmMetaspace: number;
  readonly jvmOverhead: number;
}

/** Total process memory is known; what these parts leave of it is total Flink memory. @throws ETL-1021, ETL-1024 */
export function jvmMemoryOfProcess(
  component: Component,
  settings: Settings,
  process: number,
  notes: string[],
): JvmMemory {
  const jvmMetaspace = settings[`${component}.memory.jvm-metaspace.size`];
  const jvmOverhead = fractionOf(overheadRange(component, settings), process, notes);
  if (jvmMetaspace + jvmOverhead > process) {
    throw new EtlError(
      'ETL-1024',
      `JVM metaspace (${sized(jvmMetaspace)}) and JVM overhead (${sized(jvmOverhead)}) exceed the total process memory (${sized(process)})`,
      { hint: `raise ${component}.memory.process.size` },
    );
  }
  return { jvmMetaspace, jvmOverhead };
}

/** Total Flink memory is known; a configured process size is checked against it. @throws ETL-1021, ETL-1025, ETL-1026 */
export function jvmMemoryOfFlink(component: Component, settings: Settings, flink: number, notes: string[]): JvmMemory {
  const jvmMetaspace = settings[`${component}.memory.jvm-metaspace.size`];
  const process = settings[`${component}.memory.process.size`];
  const range = overheadRange(component, settings);
  if (process === null) return { jvmMetaspace, jvmOverhead: inverseFractionOf(range, flink + jvmMetaspace, notes) };

  const jvmOverhead = process - flink - jvmMetaspace;
  const sizes = `total process memory ${sized(process)}, total Flink memory ${sized(flink)}, JVM metaspace ${sized(jvmMetaspace)}`;
  if (jvmOverhead < 0) {
    throw new EtlError(
      'ETL-1025',
      `the total process memory is smaller than total Flink memory and JVM metaspace: ${sizes}`,
      {
        hint: `raise ${component}.memory.process.size, or leave it out`,
      },
    );
  }
  if (!isInRange(range, jvmOverhead)) {
    throw new EtlError(
      'ETL-1026',
      `what is left for JVM overhead, ${sized(jvmOverhead)}, is outside its range of ${sized(range.min)} to ${sized(range.max)}: ${sizes}`,
      {
        hint: `leave out ${component}.memory.process.size, or widen ${component}.memory.jvm-overhead.min and .max`,
      },
    );
  }
  return { jvmMetaspace, jvmOverhead };
}

/** `1.25 GiB (1342177280 bytes)`. */
export function sized(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${formatBytes(bytes)} (${bytes} bytes)`;
}

function overheadRange(component: Component, settings: Settings) {
  return memoryRange(settings, 'JVM overhead', `${component}.memory.jvm-overhead`);
}
