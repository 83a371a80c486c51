/** Operators that run steps of their own again and again. Those steps are read by check-steps.ts, their names by resolve-inputs.ts. */
import { z } from 'zod';
import { countField, expressionField } from '../field-types.js';
import { stepName } from './block-fields.js';
import { only, operatorBlock } from './operator-reading.js';

const stepsField = z.array(z.unknown()).min(1);
const maxIterations = countField('The most supersteps', 1, 1_000_000);

export const iterationOperators = {
  iterate: operatorBlock(
    z
      .strictObject({
        steps: stepsField.describe(
          'What one superstep does. They read the rows of the superstep before as "current"; those of the last step are the next ones',
        ),
        maxIterations,
        until: z
          .union([
            expressionField(
              'Aggregates over the result of a superstep: max(delta) < 0.001. Where it is true, it was the last one',
            ),
            z.strictObject({
              of: stepName.describe('A step of the iteration, whose rows are looked at instead'),
              is: expressionField('The condition over its rows, such as count(*) = 0'),
            }),
          ])
          .optional(),
      })
      .describe(
        'Runs steps again and again on what they made, until a condition holds or a number of supersteps is done',
      ),
    (at, { maxIterations: most, until }) =>
      only({
        kind: 'iterate',
        steps: [],
        maxIterations: most,
        until:
          until === undefined
            ? null
            : typeof until === 'object'
              ? { of: until.of, check: at.text('until', 'is') }
              : { of: '', check: at.text('until') },
      }),
  ),
  deltaIterate: operatorBlock(
    z
      .strictObject({
        keys: z
          .union([stepName, z.array(stepName).min(1)])
          .describe('Columns that tell the rows of the solution set apart'),
        workset: stepName
          .optional()
          .describe('The first workset: a source or an earlier step; default: the solution set'),
        steps: stepsField.describe('What one superstep does. They read "solution" and "workset"'),
        delta: stepName
          .optional()
          .describe('The step whose rows replace those with the same keys in the solution set; default: the last'),
        next: stepName.optional().describe('The step whose rows are the next workset; default: the delta'),
        maxIterations,
      })
      .describe('Changes a solution set by what a workset says, again and again, until the workset is empty'),
    (at, { workset, delta, next, maxIterations: most }) => ({
      operator: {
        kind: 'deltaIterate',
        steps: [],
        maxIterations: most,
        keys: at.texts('keys'),
        hasWorkset: workset !== undefined,
        delta: delta ?? '',
        next: next ?? '',
      },
      others: workset === undefined ? [] : at.ids(workset, 'workset'),
    }),
  ),
};
