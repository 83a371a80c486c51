/** 42xx: writing. */
import { declareCodes } from '../code-entry.js';

export const sinkCodes = declareCodes({
  'ETL-4201': { kind: 'unavailable', meaning: 'the sink cannot be reached', transient: true },
  'ETL-4204': { kind: 'auth', meaning: 'the sink refused the credentials or the permission' },
  'ETL-4205': { kind: 'unavailable', meaning: 'the sink refused writes for longer than its outage budget' },
  'ETL-4206': { kind: 'failed', meaning: 'the server of a sink cannot do what the job needs' },
  'ETL-4207': { kind: 'unavailable', meaning: 'the sink refuses writes until somebody mends it' },
  'ETL-4211': { kind: 'invalid-spec', meaning: 'the settings of a sink or its connection contradict each other' },
  'ETL-4212': { kind: 'invalid-spec', meaning: 'the table of a sink is not there, or not as the job needs it' },
  'ETL-4213': { kind: 'disk-full', meaning: 'there is no space left where a sink writes' },
  'ETL-4214': { kind: 'corrupt', meaning: 'the file of a sink is damaged, or of another kind' },
  'ETL-4220': { kind: 'os', meaning: 'a file of a sink cannot be written' },
  'ETL-4221': { kind: 'disk-full', meaning: 'there is no room for a file of a sink' },
  'ETL-4222': { kind: 'failed', meaning: 'a file of a sink would lie outside its directory, behind a symbolic link' },
  'ETL-4223': { kind: 'corrupt', meaning: 'a staged file of a sink is gone or shorter than what was committed' },
  'ETL-4224': { kind: 'data', meaning: 'a file sink would make more files than a writer may keep' },
});
