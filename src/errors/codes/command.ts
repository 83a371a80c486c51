/** 1xxx: the command line, settings, memory. */
import { declareCodes } from '../code-entry.js';

export const commandCodes = declareCodes({
  'ETL-1001': { kind: 'usage', meaning: 'a flag or argument cannot be used' },
  'ETL-1010': { kind: 'usage', meaning: 'a setting is unknown' },
  'ETL-1011': { kind: 'usage', meaning: 'the value of a setting cannot be read' },
  'ETL-1012': { kind: 'usage', meaning: 'the configuration file cannot be read' },
  'ETL-1020': { kind: 'usage', meaning: 'no size of memory is configured' },
  'ETL-1021': {
    kind: 'usage',
    meaning: 'a range of memory contradicts itself: its min is above its max, or its fraction is not in [0, 1)',
  },
  'ETL-1022': { kind: 'usage', meaning: 'the parts of the total Flink memory exceed it' },
  'ETL-1023': { kind: 'usage', meaning: 'what is left for network memory is outside its range' },
  'ETL-1024': { kind: 'usage', meaning: 'JVM metaspace and overhead exceed the total process memory' },
  'ETL-1025': {
    kind: 'usage',
    meaning: 'the total process memory is smaller than total Flink memory and JVM metaspace',
  },
  'ETL-1026': { kind: 'usage', meaning: 'what is left for JVM overhead is outside its range' },
  'ETL-1027': { kind: 'usage', meaning: 'heap and off-heap of the JobManager do not add up to its total Flink memory' },
  'ETL-1028': { kind: 'usage', meaning: 'the heap of the JobManager exceeds its total Flink memory' },
  'ETL-1029': { kind: 'usage', meaning: 'the total Flink memory of the JobManager leaves no heap' },
  'ETL-1030': { kind: 'os', meaning: 'the share of memory of a slot is too small to run' },
  'ETL-1031': { kind: 'usage', meaning: 'a job needs more slots than there are' },
});
