/** What is said of a type that does not exist. */
import { didYouMeanHint } from '../errors/did-you-mean.js';
import type { SpecPath } from './job-spec.js';
import { problemAt, type Reading } from './reading.js';
import { quoted } from './source-text.js';

const commonTypes = ['boolean', 'smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric', 'text', 'date', 'time', 'timestamp', 'timestamptz', 'interval', 'uuid', 'json', 'jsonb', 'bytea']; // prettier-ignore

/** Words of other systems for the same thing. */
const otherNames: Readonly<Record<string, string>> = {
  string: 'text',
  str: 'text',
  number: 'double precision',
  double: 'double precision',
  long: 'bigint',
  datetime: 'timestamp',
  'datetime2': 'timestamp', // prettier-ignore
  int64: 'bigint',
  int32: 'integer',
  int16: 'smallint',
  float64: 'double precision',
  float32: 'real',
  blob: 'bytea',
  binary: 'bytea',
  object: 'jsonb',
};

export function unknownTypeName(reading: Reading, name: string, path: SpecPath): void {
  const same = Object.hasOwn(otherNames, name.toLowerCase()) ? otherNames[name.toLowerCase()] : null;
  const hint = same === null ? didYouMeanHint(name, commonTypes) : `did you mean "${same}"?`;
  problemAt(
    reading,
    'ETL-2074',
    `there is no type ${quoted(name)}`,
    path,
    hint ?? `types: ${commonTypes.join(', ')}, and [] behind one for an array`,
  );
}
