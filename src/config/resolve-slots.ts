/**
 * How many slots the memory of a run is divided by. `auto`: as many as the job is parallel. A number is what there is,
 * as in a Flink cluster: a job that is less parallel leaves slots (and their share of memory) unused, one that is more
 * parallel fails before anything runs.
 */
import { EtlError } from '../errors/etl-error.js';
import type { Settings } from './settings.js';

/** @throws EtlError ETL-1031 */
export function resolveSlots(settings: Settings, parallelism: number): number {
  const slots = settings['taskmanager.numberOfTaskSlots'];
  if (slots === 'auto') return parallelism;
  if (parallelism <= slots) return slots;
  throw new EtlError(
    'ETL-1031',
    'NoResourceAvailableException: Could not acquire the minimum required resources. Not enough free slots available to run the job: ' +
      `it needs ${parallelism}, taskmanager.numberOfTaskSlots is ${slots}`,
    {
      hint: `decrease the parallelism (-p ${slots}), or increase the slots (-D taskmanager.numberOfTaskSlots=${parallelism}, or auto)`,
    },
  );
}
