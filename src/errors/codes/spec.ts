/** 2xxx: the job file. */
import { declareCodes } from '../code-entry.js';

export const specCodes = declareCodes({
  'ETL-2001': { kind: 'invalid-spec', meaning: 'the job file cannot be read' },
  'ETL-2002': { kind: 'invalid-spec', meaning: 'the job file is not valid YAML' },
  'ETL-2041': { kind: 'invalid-spec', meaning: 'unknown field' },
});
