/** Fields that the blocks of several operators share. */
import { z } from 'zod';
import { expressionField } from '../field-types.js';

export const stepName = z.string().min(1);

/** One expression, or a list of them. */
export function expressionsField(description: string) {
  return z
    .union([z.string().min(1), z.number(), z.boolean(), z.array(expressionField('An expression')).min(1)], {
      error: 'must be an expression or a list of them',
    })
    .describe(description);
}

/** One id, or a list of them. */
export function idsField(description: string) {
  return z.union([stepName, z.array(stepName).min(1)]).describe(description);
}

export const sortKeysField = expressionsField(
  'Columns or expressions, each with ASC or DESC, NULLS FIRST or NULLS LAST as in SQL',
);

/** A function of the user's that gets and gives row objects. */
export const functionShape = {
  module: z.string().min(1).describe('A JavaScript module, relative to the job file'),
  function: z.string().min(1).default('default').describe('The exported function'),
};

export const returnedField = z.record(z.string(), z.string()).describe('The columns it returns and their SQL types');

export const broadcastField = z
  .record(z.string(), stepName)
  .describe('Small sets that the function gets whole: a name for each, and the step or source it comes from');
