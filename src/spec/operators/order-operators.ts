/** Operators that put rows in order, or into partitions. */
import { z } from 'zod';
import { expressionField } from '../field-types.js';
import { expressionsField, functionShape, sortKeysField } from './block-fields.js';
import { only, operatorBlock } from './operator-reading.js';

export const orderOperators = {
  sort: operatorBlock(
    sortKeysField.describe('Puts all rows in order: columns, each with ASC or DESC, NULLS FIRST or LAST'),
    (at) => only({ kind: 'sort', keys: at.texts() }),
  ),
  sortPartition: operatorBlock(sortKeysField.describe('Puts the rows of each partition in order, as sort does'), (at) =>
    only({ kind: 'sortPartition', keys: at.texts() }),
  ),
  partition: operatorBlock(
    z
      .union(
        [
          z.enum(['rebalance', 'shuffle', 'rescale']),
          z.strictObject({ hash: expressionsField('Rows that are equal in these go to the same slot') }),
          z.strictObject({ range: sortKeysField.describe('Rows go to slots by ranges of these, cut by a sample') }),
          z.strictObject({
            custom: z
              .strictObject({
                ...functionShape,
                key: expressionField('What the function gets, beside the number of partitions; it returns one'),
              })
              .describe('A function of yours says where each row goes'),
          }),
        ],
        { error: 'must be {hash: […]}, {range: […]}, {custom: {…}}, rebalance, shuffle or rescale' },
      )
      .describe(
        'Spreads the rows over the slots: {hash: […]}, {range: […]}, {custom: {module, function, key}}, rebalance (evenly), shuffle (at random), rescale (all of a split to one)',
      ),
    (at, value) => {
      if (typeof value === 'string') return only({ kind: 'partition', by: { kind: value } });
      if ('hash' in value) return only({ kind: 'partition', by: { kind: 'hash', keys: at.texts('hash') } });
      if ('range' in value) return only({ kind: 'partition', by: { kind: 'range', keys: at.texts('range') } });
      const { module, function: name } = value.custom;
      return only({
        kind: 'partition',
        by: { kind: 'custom', module, function: name, key: at.text('custom', 'key') },
      });
    },
  ),
};
