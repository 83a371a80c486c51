/** 3xxx: expressions, types, the plan. */
import { declareCodes } from '../code-entry.js';

export const planCodes = declareCodes({
  'ETL-3001': { kind: 'invalid-spec', meaning: 'an expression cannot be parsed' },
  'ETL-3002': { kind: 'invalid-spec', meaning: 'an expression names an unknown column' },
  'ETL-3003': { kind: 'invalid-spec', meaning: 'an expression does not fit its types' },
  'ETL-3004': { kind: 'invalid-spec', meaning: 'an expression calls a function that etl does not have' },
});
