/** 3xxx: expressions, types, the plan. */
import { declareCodes } from '../code-entry.js';

export const planCodes = declareCodes({
  'ETL-3001': { kind: 'invalid-spec', meaning: 'an expression cannot be parsed' },
  'ETL-3002': { kind: 'invalid-spec', meaning: 'an expression names an unknown column' },
  'ETL-3003': { kind: 'invalid-spec', meaning: 'an expression does not fit its types' },
  'ETL-3004': { kind: 'invalid-spec', meaning: 'an expression calls a function that etl does not have' },
  'ETL-3006': {
    kind: 'invalid-spec',
    meaning: 'an aggregate step reads a column that is neither grouped by nor aggregated',
  },
  'ETL-3020': { kind: 'invalid-spec', meaning: 'the splits of a source are wished for in a way that cannot be' },
  'ETL-3021': { kind: 'invalid-spec', meaning: 'a source is told to read a column that it does not have' },
  'ETL-3022': { kind: 'invalid-spec', meaning: 'two columns of a step have the same name' },
  'ETL-3023': { kind: 'invalid-spec', meaning: 'the inputs of a union do not fit each other' },
  'ETL-3024': { kind: 'invalid-spec', meaning: 'steps that run in one chain are given different parallelisms' },
  'ETL-3025': { kind: 'invalid-spec', meaning: 'a limit stands above two branches that a union brings together again' },
  'ETL-3026': { kind: 'usage', meaning: 'a preview is asked for a step that does not exist' },
  'ETL-3027': { kind: 'invalid-spec', meaning: 'a join cannot be done as it is asked for' },
  'ETL-3028': { kind: 'invalid-spec', meaning: 'the steps of an iteration do not give what goes into them' },
  'ETL-3030': { kind: 'os', meaning: 'the operators of a stage do not fit the managed memory of a slot' },
  'ETL-3029': { kind: 'invalid-spec', meaning: 'a lookup cannot be done as it is asked for' },
  'ETL-3005': {
    kind: 'invalid-spec',
    meaning: 'an expression holds what belongs into a step: an aggregate, a window function, a subquery',
  },
  'ETL-3090': { kind: 'invalid-spec', meaning: 'a user function cannot be loaded' },
});
