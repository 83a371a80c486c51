/** Operators that look at one row at a time, or at the rows as they come. */
import { z } from 'zod';
import { countField, expressionField } from '../field-types.js';
import { broadcastField, functionShape, returnedField } from './block-fields.js';
import { only, operatorBlock, type OperatorReading } from './operator-reading.js';

const rowFunctionFields = z.strictObject({
  ...functionShape,
  function: functionShape.function.describe('The exported function: row object in, row object out'),
  schema: returnedField,
});

export const rowOperators = {
  filter: operatorBlock(expressionField('Keeps the rows for which this condition is true'), (at) =>
    only({ kind: 'filter', predicate: at.text().text }),
  ),
  select: operatorBlock(
    z.array(expressionField('A column, *, or an expression AS name')).min(1).describe('The columns of the result'),
    (at) => only({ kind: 'select', items: at.texts().map(({ text }) => text) }),
  ),
  map: operatorBlock(rowFunctionFields.describe('Calls a function of yours for each row'), (at, value) =>
    readRowFunction(at, 'map', value),
  ),
  flatMap: operatorBlock(
    rowFunctionFields.describe('Calls a function of yours for each row; it returns any number of rows'),
    (at, value) => readRowFunction(at, 'flatMap', value),
  ),
  mapPartition: operatorBlock(
    z
      .strictObject({ ...functionShape, schema: returnedField, broadcast: broadcastField.optional() })
      .describe('Calls a function of yours once for all rows of a partition, with an iterator; it yields any number'),
    (at, value) => {
      const schema = at.schema(value.schema);
      const { names, inputs } = at.broadcast(value.broadcast);
      if (schema === null) return null;
      const { module, function: name } = value;
      return { operator: { kind: 'mapPartition', module, function: name, schema, broadcast: names }, others: inputs };
    },
  ),
  unnest: operatorBlock(
    z
      .union([
        z.string().min(1),
        z.strictObject({
          column: expressionField('An array'),
          as: z
            .string()
            .min(1)
            .optional()
            .describe('The column of the elements; default: takes the place of the array'),
          position: z.string().min(1).optional().describe('A column for the place in the array, counted from 1'),
          keepEmpty: z.boolean().default(false).describe('Keeps a row whose array is empty or NULL, with NULL'),
        }),
      ])
      .describe('A row for each element of an array'),
    (at, value) =>
      typeof value === 'string'
        ? only({ kind: 'unnest', column: at.text(), as: null, position: null, keepEmpty: false })
        : only({
            kind: 'unnest',
            column: at.text('column'),
            as: value.as ?? null,
            position: value.position ?? null,
            keepEmpty: value.keepEmpty,
          }),
  ),
  assert: operatorBlock(
    z
      .union([
        z.string().min(1),
        z.strictObject({
          check: expressionField('What must not be false of a row'),
          name: z.string().min(1).optional().describe('How messages call it; default: the check itself'),
        }),
      ])
      .describe('Rejects the rows for which this is false: amount >= 0. NULL passes, as with a CHECK in SQL'),
    (at, value) =>
      typeof value === 'string'
        ? only({ kind: 'assert', check: at.text(), name: null })
        : only({ kind: 'assert', check: at.text('check'), name: value.name ?? null }),
  ),
  limit: operatorBlock(countField('Lets only so many rows pass', 0), (_at, rows) => only({ kind: 'limit', rows })),
};

function readRowFunction(at: OperatorReading, kind: 'map' | 'flatMap', value: z.output<typeof rowFunctionFields>) {
  const schema = at.schema(value.schema);
  return schema === null ? null : only({ kind, module: value.module, function: value.function, schema });
}
