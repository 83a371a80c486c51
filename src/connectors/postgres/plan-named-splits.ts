/**
 * Cuts that only a job file can ask for: by the hash of any column, and by values of a column that it lists.
 *
 * Either way each row belongs to exactly one split: NULL keys to the first remainder, what is not listed to a last split.
 */
import type { Field } from '../../columnar/batch.js';
import { EtlError } from '../../errors/etl-error.js';
import type { SplitPlan } from '../../split/split.js';
import { comparedType } from './split-condition.js';
import type { SplitRequest } from './split-request.js';
import { SqlWriter } from './sql-text.js';

/** Each split reads the whole table: more of them only read more. */
const MOST_HASH_SPLITS = 1024;
const MOST_VALUES = 10_000;

export function planHash(request: SplitRequest): SplitPlan {
  const { source, parallelism, perSlot } = request;
  const wished = source.split?.count;
  const count = wished === undefined ? BigInt(parallelism * perSlot) : BigInt(wished);
  if (count > MOST_HASH_SPLITS) {
    throw new EtlError('ETL-3020', `source ${source.id}: ${count} splits by hash would read the table ${count} times`, {
      at: source.at,
      hint: `ask for at most ${MOST_HASH_SPLITS}; about one a slot is best`,
    });
  }
  return { strategy: 'hash', column: wishedField(request).name, count: Number(count) };
}

export async function planValues(request: SplitRequest): Promise<SplitPlan> {
  const { source, session } = request;
  const values = source.split?.values ?? [];
  const problem = (message: string, hint?: string): EtlError =>
    new EtlError('ETL-3020', `source ${source.id}: ${message}`, { at: source.at, hint });
  if (values.length === 0) throw problem('no values to split by', 'list them: split: {column: …, values: [a, b]}');
  if (values.length > MOST_VALUES) throw problem(`${values.length} values to split by; ${MOST_VALUES} are the most`);
  const field = wishedField(request);
  // The server reads the values, and says which are equal in its eyes: 1 and 01, or a and A under some collations.
  const writer = new SqlWriter('constants');
  const type = comparedType(field.type);
  const list = values.map((value, i) => `(${i}, ${writer.value(value, type)})`).join(', ');
  const doing = `reading the values of ${field.name} to split by`;
  const twins = await session
    .query(`SELECT min(i), max(i) FROM (VALUES ${list}) AS listed(i, v) GROUP BY v HAVING count(*) > 1 LIMIT 1`, doing)
    .catch((error: unknown) => {
      if (error instanceof EtlError && error.code === 'ETL-4108') throw problem(error.message);
      throw error;
    });
  if (twins.length > 0) {
    const [first, second] = twins[0].map((index) => JSON.stringify(values[Number(index)]));
    throw problem(`the values ${first} and ${second} of "${field.name}" are the same`, 'keep one of them');
  }
  return { strategy: 'values', items: values, column: field.name };
}

function wishedField({ source, schema, findings }: SplitRequest): Field {
  const name = source.split?.column ?? findings.table?.primaryKey[0];
  const field = schema.fields.find((one) => one.name === name);
  if (field !== undefined) return field;
  const what = name === undefined ? 'no column to split by' : `there is no column "${name}" to split by`;
  throw new EtlError('ETL-3020', `source ${source.id}: ${what}`, {
    at: source.at,
    hint: 'name one: split: {column: …}',
  });
}
