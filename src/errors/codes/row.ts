/** 5xxx: a row that cannot be computed or written. */
import { declareCodes } from '../code-entry.js';

export const rowCodes = declareCodes({
  'ETL-5001': { kind: 'data', meaning: 'an expression failed for a row' },
  'ETL-5002': { kind: 'data', meaning: 'more rows were rejected than the limit allows' },
  'ETL-5003': { kind: 'data', meaning: 'a partition function did not return one of the partitions' },
  'ETL-5004': { kind: 'data', meaning: 'a function of the job failed for a group or partition' },
  'ETL-5006': { kind: 'data', meaning: 'a row does not pass an assertion of the job' },
  'ETL-5007': { kind: 'data', meaning: 'a lookup cannot take what it found for a row' },
  'ETL-5110': { kind: 'data', meaning: 'the key of a row is NULL' },
  'ETL-5301': { kind: 'data', meaning: 'a row of the source cannot be read' },
  'ETL-5201': { kind: 'data', meaning: 'the sink refused a row' },
});
