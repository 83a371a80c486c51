/** 41xx: reading. */
import { declareCodes } from '../code-entry.js';

export const sourceCodes = declareCodes({
  'ETL-4101': { kind: 'unavailable', meaning: 'the source cannot be reached', transient: true },
  'ETL-4102': { kind: 'unavailable', meaning: 'the source connection was lost', transient: true },
  'ETL-4103': { kind: 'unavailable', meaning: 'the source sent nothing for source.idle.timeout', transient: true },
  'ETL-4104': { kind: 'auth', meaning: 'the source refused the credentials or the permission' },
});
