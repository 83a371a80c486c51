/** union, intersect, except: inputs of the same columns, by position. */
import type { StepOperator } from '../../spec/step-operator.js';
import { unionSchema } from '../union-schema.js';
import { canCompareRows } from './build-groups.js';
import { nodeBase, siteOf, type Output, type StepBuild } from './step-build.js';

type SetOperator = Extract<StepOperator, { kind: 'union' | 'unionAll' | 'intersect' | 'except' }>;

const words = { union: 'a union', unionAll: 'a union', intersect: 'an intersection', except: 'a difference' } as const;

export function buildSet(build: StepBuild, operator: SetOperator): Output | null {
  const { inputs, step } = build;
  if ('all' in operator && !canCompareRows(build)) return null;
  try {
    const schemas = inputs.map((input) => input.schema);
    const { schema, casts } = unionSchema(schemas, step.from, words[operator.kind]);
    const base = { ...nodeBase(build), schema, casts };
    build.add('all' in operator ? { ...base, kind: operator.kind, all: operator.all } : { ...base, kind: 'union' });
    return { id: step.id, schema, aliases: new Map() };
  } catch (error) {
    build.problems.keep(error, siteOf(build));
    return null;
  }
}
