/** 2xxx: the job file. */
import { declareCodes } from '../code-entry.js';

export const specCodes = declareCodes({
  // the text
  'ETL-2001': { kind: 'invalid-spec', meaning: 'the job file cannot be read' },
  'ETL-2002': { kind: 'invalid-spec', meaning: 'the job file is not valid YAML' },
  'ETL-2003': { kind: 'invalid-spec', meaning: 'the job file is larger, deeper or longer than a job file may be' },
  'ETL-2004': {
    kind: 'invalid-spec',
    meaning: 'the job file is not clean UTF-8 text',
    hint: 'save the file as UTF-8 without control characters',
  },
  'ETL-2005': { kind: 'invalid-spec', meaning: 'the job file uses a part of YAML that job files may not use' },
  'ETL-2006': { kind: 'invalid-spec', meaning: 'a key stands twice in one map' },
  'ETL-2007': { kind: 'invalid-spec', meaning: 'a ${VARIABLE} of the environment is missing' },
  'ETL-2008': {
    kind: 'invalid-spec',
    meaning: 'a ${VARIABLE} is not written as one',
    hint: 'write ${NAME}, ${NAME:-default} or ${NAME:?message}; a literal ${ is written $${',
  },
  // the fields
  'ETL-2040': { kind: 'invalid-spec', meaning: 'a field is missing' },
  'ETL-2041': { kind: 'invalid-spec', meaning: 'unknown field' },
  'ETL-2042': { kind: 'invalid-spec', meaning: 'a value is of the wrong type' },
  'ETL-2043': { kind: 'invalid-spec', meaning: 'a value is not one that the field takes' },
  'ETL-2044': { kind: 'invalid-spec', meaning: 'a number or its unit cannot be read' },
  'ETL-2045': { kind: 'invalid-spec', meaning: 'a name is not one that a job may use' },
  'ETL-2046': {
    kind: 'invalid-spec',
    meaning: 'YAML took a part of an expression for its own syntax',
    hint: 'put the expression in quotes',
  },
  // the graph
  'ETL-2050': { kind: 'invalid-spec', meaning: 'a step or sink reads from an id that does not exist' },
  'ETL-2051': { kind: 'invalid-spec', meaning: 'an id is used twice' },
  'ETL-2052': { kind: 'invalid-spec', meaning: 'a step reads from itself or from a later step' },
  'ETL-2053': { kind: 'invalid-spec', meaning: 'it is not clear what a step or sink reads from' },
  'ETL-2054': { kind: 'invalid-spec', meaning: 'a step has no operator' },
  'ETL-2055': { kind: 'invalid-spec', meaning: 'a step has more than one operator' },
  'ETL-2057': { kind: 'invalid-spec', meaning: 'an iteration stands in another' },
  // connections
  'ETL-2060': { kind: 'invalid-spec', meaning: 'a connection is named that is not declared' },
  'ETL-2061': { kind: 'invalid-spec', meaning: 'a connector type is unknown' },
  'ETL-2062': { kind: 'invalid-spec', meaning: 'a connector cannot be used as a source, or as a sink' },
  'ETL-2063': {
    kind: 'invalid-spec',
    meaning: 'a block names a type where it needs a connection, or the other way round',
  },
  // parameters
  'ETL-2070': { kind: 'usage', meaning: 'a parameter without default has no --param' },
  'ETL-2071': { kind: 'usage', meaning: 'a --param is not declared in the job file' },
  'ETL-2072': { kind: 'usage', meaning: 'the value of a --param does not fit its type' },
  'ETL-2073': { kind: 'invalid-spec', meaning: 'the default of a parameter does not fit its type' },
  'ETL-2074': { kind: 'invalid-spec', meaning: 'a type name is unknown' },
  // warnings: shown, never the reason to stop
  'ETL-2090': { kind: 'invalid-spec', meaning: 'warning: nothing reads from a source or step' },
  'ETL-2091': { kind: 'invalid-spec', meaning: 'warning: nothing uses a connection' },
});
