/**
 * From settings to bytes: what the processes of a run may occupy, and why.
 *
 * The derivation is Flink's, to the byte; a size that nobody configured is Flink's shipped one (grown with the slots). The
 * flags of the forked processes and the sizes of their pools come from here.
 */
import { deriveJobManagerMemory, type JobManagerMemory } from './jobmanager-memory.js';
import type { Component } from './jvm-memory.js';
import type { Settings } from './settings.js';
import { defaultProcessSize, slotMemory, type SlotMemory } from './slot-memory.js';
import { deriveTaskManagerMemory, type TaskManagerMemory } from './taskmanager-memory.js';

export type MemoryModel =
  | {
      readonly component: 'taskmanager';
      readonly memory: TaskManagerMemory;
      readonly slots: readonly SlotMemory[];
      /** Bounds that took effect, and other things worth knowing. */
      readonly notes: readonly string[];
    }
  | { readonly component: 'jobmanager'; readonly memory: JobManagerMemory; readonly notes: readonly string[] };

const JOBMANAGER_PROCESS_SIZE = 1600 * 1024 ** 2;

/** Memory of the slots of a run. @throws EtlError ETL-1021 … ETL-1026, ETL-1030 */
export function taskManagerModel(
  settings: Settings,
  slots: number,
): MemoryModel & { readonly component: 'taskmanager' } {
  const notes: string[] = [];
  const memory = deriveTaskManagerMemory(withProcessSize('taskmanager', settings, defaultProcessSize(slots)), notes);
  const share = slotMemory(memory, slots);
  return { component: 'taskmanager', memory, slots: Array.from({ length: slots }, () => share), notes };
}

/** Memory of the parent. @throws EtlError ETL-1021, ETL-1024 … ETL-1029 */
export function jobManagerModel(settings: Settings): MemoryModel & { readonly component: 'jobmanager' } {
  const notes: string[] = [];
  const memory = deriveJobManagerMemory(withProcessSize('jobmanager', settings, JOBMANAGER_PROCESS_SIZE), notes);
  return { component: 'jobmanager', memory, notes };
}

/** The default size is no part of the settings: beside a configured flink.size it would be a check, not a default. */
function withProcessSize(component: Component, settings: Settings, bytes: number): Settings {
  return isSizeConfigured(component, settings)
    ? settings
    : { ...settings, [`${component}.memory.process.size`]: bytes };
}

function isSizeConfigured(component: Component, settings: Settings): boolean {
  if (settings[`${component}.memory.process.size`] !== null || settings[`${component}.memory.flink.size`] !== null)
    return true;
  if (component === 'jobmanager') return settings['jobmanager.memory.heap.size'] !== null;
  return settings['taskmanager.memory.task.heap.size'] !== null && settings['taskmanager.memory.managed.size'] !== null;
}
