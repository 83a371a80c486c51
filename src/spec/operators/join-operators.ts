/** Operators that bring the rows of two inputs together. */
import { z } from 'zod';
import { expressionField } from '../field-types.js';
import { problemAt } from '../reading.js';
import type { JoinHint, JoinType } from '../step-operator.js';
import { broadcastField, functionShape, returnedField, stepName } from './block-fields.js';
import { operatorBlock } from './operator-reading.js';

const withField = stepName.describe('The other input: a source or an earlier step');
const asField = stepName.describe('What its columns are called by, `as.column`; default: its id');
const onField = expressionField('A condition over both: a = other.b AND …; IS NOT DISTINCT FROM also pairs NULLs');

/** The short words, and Flink's own. */
const hints = {
  'broadcast': 'BROADCAST_HASH_SECOND', // prettier-ignore
  'hash': 'REPARTITION_HASH_SECOND', // prettier-ignore
  'sort-merge': 'REPARTITION_SORT_MERGE',
  'BROADCAST_HASH_FIRST': 'BROADCAST_HASH_FIRST', // prettier-ignore
  'BROADCAST_HASH_SECOND': 'BROADCAST_HASH_SECOND', // prettier-ignore
  'REPARTITION_HASH_FIRST': 'REPARTITION_HASH_FIRST', // prettier-ignore
  'REPARTITION_HASH_SECOND': 'REPARTITION_HASH_SECOND', // prettier-ignore
  'REPARTITION_SORT_MERGE': 'REPARTITION_SORT_MERGE', // prettier-ignore
} as const satisfies Readonly<Record<string, JoinHint>>;

const joinFields = z.strictObject({
  with: withField,
  as: asField.optional(),
  on: onField,
  type: z
    .enum(['inner', 'left', 'right', 'full', 'semi', 'anti'])
    .default('inner')
    .describe('left, right, full: rows without a partner stay; semi, anti: rows that have one, that have none'),
  hint: z
    .enum(Object.keys(hints) as (keyof typeof hints)[])
    .optional()
    .describe(
      'How it is done; default: chosen by size. broadcast: the other input goes to every slot. hash, sort-merge: both are spread by key',
    ),
});

/** Sending a side to every slot loses count of which of its rows found no partner. */
const neverBroadcast: Readonly<Record<JoinType, readonly JoinHint[]>> = {
  inner: [],
  left: ['BROADCAST_HASH_FIRST'],
  right: ['BROADCAST_HASH_SECOND'],
  full: ['BROADCAST_HASH_FIRST', 'BROADCAST_HASH_SECOND'],
  semi: ['BROADCAST_HASH_FIRST'],
  anti: ['BROADCAST_HASH_FIRST'],
};

export const joinOperators = {
  join: operatorBlock(joinFields.describe('Pairs of rows of two inputs for which a condition is true'), (at, value) => {
    const hint = value.hint === undefined ? null : hints[value.hint];
    if (hint !== null && neverBroadcast[value.type].includes(hint)) {
      const message = `a ${value.type} join cannot broadcast the side whose rows without a partner count`;
      problemAt(at.reading, 'ETL-2043', message, at.at('hint'), 'use hash or sort-merge, or leave the hint out');
      return null;
    }
    return {
      operator: { kind: 'join', as: value.as ?? value.with, on: at.text('on'), type: value.type, hint },
      others: at.ids(value.with, 'with'),
    };
  }),
  cross: operatorBlock(
    z
      .union([
        stepName,
        z.strictObject({
          with: withField,
          as: asField.optional(),
          small: z.enum(['first', 'second']).optional().describe('Which input is the small one; default: by estimates'),
        }),
      ])
      .describe('Every row of the step before with every row of another'),
    (at, value) =>
      typeof value === 'string'
        ? { operator: { kind: 'cross', as: value, small: null }, others: at.ids(value) }
        : {
            operator: { kind: 'cross', as: value.as ?? value.with, small: value.small ?? null },
            others: at.ids(value.with, 'with'),
          },
  ),
  coGroup: operatorBlock(
    z
      .strictObject({
        with: withField,
        as: asField.optional(),
        on: expressionField('The keys: a = other.b AND …'),
        ...functionShape,
        schema: returnedField,
        broadcast: broadcastField.optional(),
      })
      .describe('Calls a function of yours for each key that either input has, with an iterator over the rows of each'),
    (at, value) => {
      const schema = at.schema(value.schema);
      const { names, inputs } = at.broadcast(value.broadcast);
      if (schema === null) return null;
      const { module, function: name } = value;
      return {
        operator: {
          kind: 'coGroup',
          as: value.as ?? value.with,
          on: at.text('on'),
          module,
          function: name,
          schema,
          broadcast: names,
        },
        others: [...at.ids(value.with, 'with'), ...inputs],
      };
    },
  ),
};
