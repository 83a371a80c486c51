/** The one list of operators of the job language. */
import { groupOperators } from './group-operators.js';
import { joinOperators } from './join-operators.js';
import { iterationOperators } from './iteration-operators.js';
import { lookupOperators } from './lookup-operator.js';
import type { OperatorBlock } from './operator-reading.js';
import { orderOperators } from './order-operators.js';
import { queryOperators } from './query-operators.js';
import { rowOperators } from './row-operators.js';
import { setOperators } from './set-operators.js';

export const operatorBlocks = {
  ...rowOperators,
  ...setOperators,
  ...orderOperators,
  ...groupOperators,
  ...joinOperators,
  ...iterationOperators,
  ...queryOperators,
  ...lookupOperators,
} as const satisfies Readonly<Record<string, OperatorBlock>>;

export type OperatorName = keyof typeof operatorBlocks;

export const operatorNames = Object.keys(operatorBlocks) as readonly OperatorName[];
