/** 41xx: reading. */
import { declareCodes } from '../code-entry.js';

export const sourceCodes = declareCodes({
  'ETL-4101': { kind: 'unavailable', meaning: 'the source cannot be reached', transient: true },
  'ETL-4102': { kind: 'unavailable', meaning: 'the source connection was lost', transient: true },
  'ETL-4103': { kind: 'unavailable', meaning: 'the source sent nothing for source.idle.timeout', transient: true },
  'ETL-4104': { kind: 'auth', meaning: 'the source refused the credentials or the permission' },
  'ETL-4105': {
    kind: 'schema-drift',
    meaning: 'what the source gives is not what was planned',
    hint: 'look at the table, then run `etl explain` to plan against it as it is now',
  },
  'ETL-4106': {
    kind: 'unavailable',
    meaning: 'the snapshot that all splits of the run share is gone',
    hint: 'run again; `consistency: split` does without a shared snapshot',
  },
  'ETL-4107': { kind: 'invalid-spec', meaning: 'the source cannot run the statement' },
  'ETL-4108': { kind: 'data', meaning: 'the source could not compute a value' },
  'ETL-4109': { kind: 'corrupt', meaning: 'the source sent something other than it announced', transient: true },
  'ETL-4110': {
    kind: 'unavailable',
    meaning: 'the source gave up a statement that may succeed the next time',
    transient: true,
  },
  'ETL-4111': { kind: 'invalid-spec', meaning: 'the settings of a source or its connection contradict each other' },
  'ETL-4114': {
    kind: 'unavailable',
    meaning: 'the source has no connection left',
    hint: 'lower the parallelism (-p), or raise the limit of connections of the server, the database or the role',
    transient: true,
    crowded: true,
  },
  'ETL-4112': { kind: 'corrupt', meaning: 'the file of a source is damaged, or of another kind' },
  'ETL-4113': { kind: 'os', meaning: 'a package that a connector needs is not installed' },
  'ETL-4120': { kind: 'unavailable', meaning: 'no file matches the path of a source' },
  'ETL-4121': { kind: 'unavailable', meaning: 'a file of a source cannot be opened or read' },
  'ETL-4122': {
    kind: 'corrupt',
    meaning: 'a compressed file of a source is damaged or ends in the middle',
    hint: 'test it with `gzip -t`, and fetch it again',
  },
  'ETL-4123': {
    kind: 'invalid-spec',
    meaning: 'the columns of a file cannot be found, or are not those of its schema',
    hint: 'declare them: schema: {id: bigint, name: text}',
  },
});
