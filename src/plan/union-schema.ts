/**
 * The schema of a union, intersection or difference: names of the first input, by position the type that all inputs cast to
 * without loss of meaning (PostgreSQL's rule for UNION), nullable where any input is.
 */
import { sameType, typeName, type DataType } from '../columnar/data-type.js';
import type { Field, Schema } from '../columnar/batch.js';
import { EtlError } from '../errors/etl-error.js';
import { commonType } from '../expr/type-rules.js';

export interface UnionSchema {
  readonly schema: Schema;
  /** By input, by column: the type to cast to, or null. */
  readonly casts: readonly (readonly (DataType | null)[])[];
}

/** @throws EtlError ETL-3023; `ids` name the inputs in its message. */
export function unionSchema(inputs: readonly Schema[], ids: readonly string[], what = 'a union'): UnionSchema {
  const [first] = inputs;
  inputs.forEach((input, i) => {
    if (input.fields.length === first.fields.length) return;
    throw new EtlError(
      'ETL-3023',
      `"${ids[0]}" has ${countOf(first.fields)} and "${ids[i]}" has ${countOf(input.fields)}`,
      { hint: `${what} takes columns by position; put a select in front of it` },
    );
  });
  const fields = first.fields.map((_, position) => unionField(inputs, ids, position, what));
  const casts = inputs.map((input) =>
    input.fields.map(({ type }, i) => (sameType(type, fields[i].type) ? null : fields[i].type)),
  );
  return { schema: { fields }, casts };
}

function unionField(inputs: readonly Schema[], ids: readonly string[], position: number, what: string): Field {
  const fields = inputs.map((input) => input.fields[position]);
  const type = commonType(fields.map((field) => field.type));
  if (type === null) {
    const types = fields.map((field, i) => `${typeName(field.type)} in "${ids[i]}"`);
    throw new EtlError('ETL-3023', `column ${position + 1} (${fields[0].name}) is ${[...new Set(types)].join(', ')}`, {
      hint: `cast it to one type with a select in front of ${what.replace(/^an? /u, 'the ')}`,
    });
  }
  return { name: fields[0].name, type, nullable: fields.some((field) => field.nullable) };
}

function countOf(fields: readonly Field[]): string {
  return fields.length === 1 ? '1 column' : `${fields.length} columns`;
}
