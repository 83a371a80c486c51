/**
 * The environment's name of a setting: `taskmanager.memory.process.size` ↔ `ETL_TASKMANAGER_MEMORY_PROCESS_SIZE`,
 * `taskmanager.numberOfTaskSlots` ↔ `ETL_TASKMANAGER_NUMBER_OF_TASK_SLOTS`.
 *
 * Where the words of a key are divided does not matter for reading (`…_NUMBEROFTASKSLOTS` is the same variable).
 */
export function envName(key: string): string {
  return `ETL_${key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()}`;
}

/** Equal for all spellings of one variable. */
export function envIdentity(name: string): string {
  return name.replaceAll('_', '').toUpperCase();
}
