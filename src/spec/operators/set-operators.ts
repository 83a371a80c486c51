/** Operators that put several inputs of the same columns together. With one id they work on it and the step before. */
import { z } from 'zod';
import { idsField } from './block-fields.js';
import { operatorBlock, type NamedInput, type OperatorReading } from './operator-reading.js';

export const setOperators = {
  union: operatorBlock(
    idsField('Ids whose rows are put together, duplicates kept; with one id: together with the step before'),
    (at, value) => ({ operator: { kind: 'union' }, others: at.ids(value) }),
  ),
  unionAll: operatorBlock(
    idsField('The same as union, in the words of SQL; for UNION put distinct: true behind it'),
    (at, value) => ({
      operator: { kind: 'unionAll' },
      others: at.ids(value),
    }),
  ),
  intersect: operatorBlock(
    setField('Ids', 'The rows that all of them have, once each; with one id: that it and the step before have'),
    (at, value) => ({ operator: { kind: 'intersect', all: isLong(value) && value.all }, others: idsOf(at, value) }),
  ),
  except: operatorBlock(
    setField('Ids', 'The rows of the first that no other has, once each; with one id: of the step before without its'),
    (at, value) => ({ operator: { kind: 'except', all: isLong(value) && value.all }, others: idsOf(at, value) }),
  ),
};

function setField(ids: string, description: string) {
  return z
    .union([
      idsField(ids),
      z.strictObject({
        with: idsField(ids),
        all: z.boolean().default(false).describe('Counts duplicates, as INTERSECT ALL and EXCEPT ALL do'),
      }),
    ])
    .describe(description);
}

type Ids = string | readonly string[];

function isLong<Long extends { readonly with: Ids }>(value: Ids | Long): value is Long {
  return typeof value === 'object' && !Array.isArray(value);
}

function idsOf(at: OperatorReading, value: Ids | { readonly with: Ids }): NamedInput[] {
  return isLong(value) ? at.ids(value.with, 'with') : at.ids(value);
}
