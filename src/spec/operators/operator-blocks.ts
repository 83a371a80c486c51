/** The one list of operators of the job language, and which of them run. */
import { groupOperators } from './group-operators.js';
import { joinOperators } from './join-operators.js';
import { iterationOperators } from './iteration-operators.js';
import { lookupOperators } from './lookup-operator.js';
import type { OperatorBlock } from './operator-reading.js';
import { orderOperators } from './order-operators.js';
import { rowOperators } from './row-operators.js';
import { setOperators } from './set-operators.js';

export const operatorBlocks = {
  ...rowOperators,
  ...setOperators,
  ...orderOperators,
  ...groupOperators,
  ...joinOperators,
  ...iterationOperators,
  ...lookupOperators,
} as const satisfies Readonly<Record<string, OperatorBlock>>;

export type OperatorName = keyof typeof operatorBlocks;

export const operatorNames = Object.keys(operatorBlocks) as readonly OperatorName[];

/**
 * Does this version execute it? One that it does not is refused when the file is checked, and the schema that editors use
 * does not know it. Execution landing is one line here.
 */
const runs: Readonly<Record<OperatorName, boolean>> = {
  filter: true,
  select: true,
  map: true,
  flatMap: true,
  mapPartition: true,
  unnest: true,
  union: true,
  unionAll: true,
  intersect: true,
  except: true,
  assert: true,
  limit: true,
  sort: true,
  sortPartition: true,
  partition: true,
  distinct: true,
  aggregate: true,
  window: true,
  reduce: true,
  reduceGroup: true,
  join: true,
  cross: true,
  coGroup: true,
  lookup: true,
  iterate: true,
  deltaIterate: true,
};

/** Words of the language that this version cannot even check. */
export const laterOperators: readonly string[] = ['sql'];

export const runningOperators: readonly OperatorName[] = operatorNames.filter((name) => runs[name]);
