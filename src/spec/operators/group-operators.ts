/** Operators that make something of groups of rows. */
import { z } from 'zod';
import { durationField, expressionField } from '../field-types.js';
import type { WindowShape } from '../step-operator.js';
import { broadcastField, expressionsField, functionShape, returnedField, sortKeysField } from './block-fields.js';
import { only, operatorBlock, type OperatorReading } from './operator-reading.js';

const byField = expressionsField('What the rows of a group have in common: columns, or expressions AS name');
const everything = 'without it all rows are one group';

const aggregationShape = {
  by: byField.optional(),
  values: expressionsField('What becomes of a group: count(*) AS users, sum(price) / count(*) AS mean'),
  having: expressionField('Keeps the groups for which this is true: count(*) > 10').optional(),
};

const sliding = z.strictObject({
  size: durationField('How long a window is'),
  slide: durationField('How long after one the next begins'),
});

export const groupOperators = {
  distinct: operatorBlock(
    z
      .union(
        [
          z.literal(true),
          z.string().min(1),
          z.array(expressionField('A column or expression')).min(1),
          z.strictObject({
            on: expressionsField('Leaves one of the rows that are equal in these'),
            orderBy: sortKeysField.optional().describe('Which one: the first in this order'),
          }),
        ],
        { error: 'must be true, columns, or {on: …, orderBy: …}' },
      )
      .describe('Leaves one of equal rows: true for all columns, [a, b], or {on: [a], orderBy: [b DESC]}'),
    (at, value) => {
      if (value === true) return only({ kind: 'distinct', on: null, orderBy: [] });
      const isLong = typeof value === 'object' && !Array.isArray(value);
      return isLong
        ? only({ kind: 'distinct', on: at.texts('on'), orderBy: at.texts('orderBy') })
        : only({ kind: 'distinct', on: at.texts(), orderBy: [] });
    },
  ),
  aggregate: operatorBlock(
    z
      .strictObject(aggregationShape)
      .describe(`One row for each group, with what its rows add up to; by: ${everything}`),
    (at, value) => only({ kind: 'aggregate', ...aggregationOf(at, value) }),
  ),
  window: operatorBlock(
    z
      .strictObject({
        time: expressionField('The time of a row: a date, timestamp or timestamptz'),
        tumbling: durationField('Windows of this length, one after the other').optional(),
        sliding: sliding.optional().describe('Windows that overlap'),
        session: durationField('Windows that end where nothing comes for this long').optional(),
        offset: durationField('When the first begins, after midnight UTC of 1970-01-01').optional(),
        ...aggregationShape,
      })
      .refine(
        (value) => [value.tumbling, value.sliding, value.session].filter((one) => one !== undefined).length === 1,
        {
          message: 'needs one of "tumbling", "sliding" and "session"',
        },
      )
      .describe('Groups rows by time as well; adds window_start and window_end'),
    (at, value) => only({ kind: 'window', time: at.text('time'), shape: shapeOf(value), ...aggregationOf(at, value) }),
  ),
  reduce: operatorBlock(
    z
      .strictObject({ by: byField.optional(), ...functionShape, broadcast: broadcastField.optional() })
      .describe(`Calls a function of yours with two rows of a group, until one is left; by: ${everything}`),
    (at, value) => {
      const { names, inputs } = at.broadcast(value.broadcast);
      const { module, function: name } = value;
      return {
        operator: { kind: 'reduce', by: at.texts('by'), module, function: name, broadcast: names },
        others: inputs,
      };
    },
  ),
  reduceGroup: operatorBlock(
    z
      .strictObject({
        by: byField.optional(),
        orderBy: sortKeysField.optional().describe('The order of the rows within a group'),
        ...functionShape,
        combine: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Another function of the module that may shorten a part of a group first, to rows of the same columns',
          ),
        schema: returnedField,
        broadcast: broadcastField.optional(),
      })
      .describe(`Calls a function of yours for each group, with an iterator over its rows; by: ${everything}`),
    (at, value) => {
      const schema = at.schema(value.schema);
      const { names, inputs } = at.broadcast(value.broadcast);
      if (schema === null) return null;
      const { module, function: name, combine = null } = value;
      const [by, orderBy] = [at.texts('by'), at.texts('orderBy')];
      return {
        operator: { kind: 'reduceGroup', by, orderBy, module, function: name, combine, schema, broadcast: names },
        others: inputs,
      };
    },
  ),
};

function aggregationOf(at: OperatorReading, { having }: { readonly having?: unknown }) {
  return { by: at.texts('by'), values: at.texts('values'), having: at.optionalText(having, 'having') };
}

function shapeOf(value: {
  readonly tumbling?: number | undefined;
  readonly sliding?: z.output<typeof sliding> | undefined;
  readonly session?: number | undefined;
  readonly offset?: number | undefined;
}): WindowShape {
  const offsetMs = value.offset ?? 0;
  if (value.tumbling !== undefined) return { kind: 'tumbling', sizeMs: value.tumbling, offsetMs };
  if (value.sliding !== undefined)
    return { kind: 'sliding', sizeMs: value.sliding.size, slideMs: value.sliding.slide, offsetMs };
  return { kind: 'session', gapMs: value.session! };
}
