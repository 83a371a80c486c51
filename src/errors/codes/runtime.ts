/** 6xxx: slots, scheduling, disk; 9xxx: our own bugs. */
import { declareCodes } from '../code-entry.js';

export const runtimeCodes = declareCodes({
  'ETL-6001': { kind: 'failed', meaning: 'a slot process died', transient: true },
  'ETL-6002': {
    kind: 'os',
    meaning: 'a slot process cannot be started',
    hint: 'see the limits of this user (ulimit -n, ulimit -u), or lower the parallelism',
  },
  'ETL-6003': { kind: 'cancelled', meaning: 'the run was cancelled by SIGINT' },
  'ETL-6004': { kind: 'terminated', meaning: 'the run was terminated by SIGTERM or SIGHUP' },
  'ETL-6005': { kind: 'failed', meaning: 'a slot gave no sign of life for heartbeat.timeout', transient: true },
  'ETL-6006': { kind: 'internal', meaning: 'a slot speaks another protocol version' },
  'ETL-6007': { kind: 'failed', meaning: 'a slot ran out of its heap', transient: true },
  'ETL-6008': {
    kind: 'os',
    meaning: 'the system gives no more descriptors, processes or memory',
    hint: 'see the limits of this user (ulimit -n, ulimit -u), or lower the parallelism',
    transient: true,
  },
  'ETL-6010': { kind: 'os', meaning: 'an operator needs more managed memory than its slot has' },
  'ETL-6020': { kind: 'busy', meaning: 'another run of this job is active' },
  'ETL-6101': {
    kind: 'disk-full',
    meaning: 'no space for what operators spill: the disk, its quota or spill.max-bytes',
  },
  'ETL-6102': { kind: 'disk-full', meaning: 'a spill directory or file cannot be used' },
  'ETL-6103': { kind: 'corrupt', meaning: 'a spill file is damaged, or not the one that was asked for' },
  'ETL-9001': { kind: 'internal', meaning: 'a bug of etl' },
  'ETL-9002': { kind: 'internal', meaning: 'the counters of an edge do not balance' },
});
