/** 42xx: writing. */
import { declareCodes } from '../code-entry.js';

export const sinkCodes = declareCodes({
  'ETL-4201': { kind: 'unavailable', meaning: 'the sink cannot be reached', transient: true },
  'ETL-4204': { kind: 'auth', meaning: 'the sink refused the credentials or the permission' },
  'ETL-4205': { kind: 'unavailable', meaning: 'the sink refused writes for longer than its outage budget' },
  'ETL-4206': { kind: 'failed', meaning: 'the server of a sink cannot do what the job needs' },
  'ETL-4207': { kind: 'unavailable', meaning: 'the sink refuses writes until somebody mends it' },
  'ETL-4211': { kind: 'invalid-spec', meaning: 'the settings of a sink or its connection contradict each other' },
});
