/** 1xxx: the command line, settings, memory. */
import { declareCodes } from '../code-entry.js';

export const commandCodes = declareCodes({
  'ETL-1001': { kind: 'usage', meaning: 'a flag or argument cannot be used' },
  'ETL-1010': { kind: 'usage', meaning: 'a setting is unknown' },
  'ETL-1011': { kind: 'usage', meaning: 'the value of a setting cannot be read' },
  'ETL-1012': { kind: 'usage', meaning: 'the configuration file cannot be read' },
  'ETL-1020': { kind: 'usage', meaning: 'the memory settings contradict each other' },
});
