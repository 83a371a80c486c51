/** 6xxx: slots, scheduling, disk; 9xxx: our own bugs. */
import { declareCodes } from '../code-entry.js';

export const runtimeCodes = declareCodes({
  'ETL-6001': { kind: 'failed', meaning: 'a slot process died', transient: true },
  'ETL-9001': { kind: 'internal', meaning: 'a bug of etl' },
  'ETL-9002': { kind: 'internal', meaning: 'the counters of an edge do not balance' },
});
