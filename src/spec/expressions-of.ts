/** Every expression that a step's block holds, and how each is to be read: what can be looked at before anything is typed. */
import type { ExpressionForm } from '../expr/check-names.js';
import type { Aggregation, ExprText, LookedUp, PartitionWish, Repetition, StepOperator } from './step-operator.js';

export interface StepExpression extends ExprText {
  readonly form: ExpressionForm;
}

export function expressionsOf(operator: StepOperator): readonly StepExpression[] {
  switch (operator.kind) {
    case 'filter':
      return [{ text: operator.predicate, path: ['filter'], form: 'expression' }];
    case 'select':
      return operator.items.map((text, i) => ({ text, path: ['select', i], form: 'select' }));
    case 'map':
    case 'flatMap':
    case 'mapPartition':
    case 'union':
    case 'unionAll':
    case 'intersect':
    case 'except':
    case 'limit':
    case 'cross':
      return [];
    case 'assert':
      return read('expression', [operator.check]);
    case 'unnest':
      return read('expression', [operator.column]);
    case 'sort':
    case 'sortPartition':
      return read('sort', operator.keys);
    case 'partition':
      return partitionKeys(operator.by);
    case 'distinct':
      return [...read('select', operator.on ?? []), ...read('sort', operator.orderBy)];
    case 'aggregate':
      return aggregation(operator);
    case 'window':
      return [...read('expression', [operator.time]), ...aggregation(operator)];
    case 'reduce':
      return read('select', operator.by);
    case 'reduceGroup':
      return [...read('select', operator.by), ...read('sort', operator.orderBy)];
    case 'join':
    case 'coGroup':
      return read('expression', [operator.on]);
    case 'iterate':
      return [...inSteps(operator), ...read('groups', operator.until === null ? [] : [operator.until.check])];
    case 'deltaIterate':
      return [...inSteps(operator), ...read('select', operator.keys)];
    case 'sql':
      return [{ ...operator.query, form: 'query' }];
    case 'lookup':
      return lookedUp(operator.target);
    default:
      return operator satisfies never;
  }
}

/** Of the steps of an iteration, which are empty where they are wrong. */
function inSteps({ kind, steps }: Extract<StepOperator, Repetition>): readonly StepExpression[] {
  return steps.flatMap((step, i) =>
    expressionsOf(step.operator).map((one) => ({ ...one, path: [kind, 'steps', i, ...one.path] })),
  );
}

function partitionKeys(wish: PartitionWish): readonly StepExpression[] {
  if (wish.kind === 'custom') return read('expression', [wish.key]);
  return 'keys' in wish ? read(wish.kind === 'range' ? 'sort' : 'select', wish.keys) : [];
}

function lookedUp(target: LookedUp): readonly StepExpression[] {
  const keys =
    target.kind === 'rows'
      ? target.on.map(({ equals }) => equals)
      : target.parts.flatMap((part) => (part.kind === 'expr' ? [part.expr] : []));
  return read('expression', keys);
}

function aggregation({ by, values, having }: Aggregation): readonly StepExpression[] {
  return [...read('select', by), ...read('groups', [...values, ...(having === null ? [] : [having])])];
}

function read(form: ExpressionForm, texts: readonly ExprText[]): readonly StepExpression[] {
  return texts.map((text) => ({ ...text, form }));
}
