/** Steps: exactly one operator each, its value typed; ids and inputs are for `resolve-inputs.ts`. */
import { z } from 'zod';
import { didYouMean } from '../errors/did-you-mean.js';
import type { SpecPath } from './job-spec.js';
import { checkFields, listOf, openBlock, type Block } from './check-fields.js';
import { stepFields } from './job-fields.js';
import { operatorBlocks, operatorNames, type OperatorName } from './operators/operator-blocks.js';
import { OperatorReading, type NamedInput, type ReadOperator } from './operators/operator-reading.js';
import { problemAt, problemAtKey, type Reading } from './reading.js';
import type { StepOperator } from './step-operator.js';
import { quoted } from './source-text.js';
import { findNode } from './yaml-tree.js';

/** A step as it stands in the file. */
export interface RawStep {
  readonly path: SpecPath;
  /** Its number: `3`, `3.2`. */
  readonly number: string;
  readonly id: string | null;
  readonly from: string | null;
  /** What its operator names beside `from`. */
  readonly others: readonly NamedInput[];
  readonly parallelism: number | null;
  readonly description: string | null;
  /** Null when it is wrong, which has been said. */
  readonly operator: StepOperator | null;
  /** The steps of an iteration. */
  readonly inner: readonly RawStep[];
}

const commonKeys = Object.keys(stepFields.shape);

/** The list of steps at `path`. One that is no map keeps its place, so that "the step before" means the same for those behind it. */
export function checkSteps(reading: Reading, path: SpecPath, within = ''): RawStep[] {
  const node = findNode(reading.tree.root, path);
  if (node?.kind !== 'list') return [];
  return node.items.map((_, index) => checkStep(reading, [...path, index], `${within}${index + 1}`));
}

function checkStep(reading: Reading, path: SpecPath, number: string): RawStep {
  const block = openBlock(reading.tree, path, `step ${number}`, reading.problems);
  const nothing = { id: null, from: null, others: [], parallelism: null, description: null, operator: null, inner: [] };
  if (block === null) return { path, number, ...nothing };
  const keys = [...block.node.entries.keys()].filter((key) => !commonKeys.includes(key));
  const name = chooseOperator(reading, block, keys);
  const named: Block = name === null ? block : { ...block, what: `step ${number} (${name})` };
  const common = checkFields(named, stepFields, reading.problems, (key) => commonKeys.includes(key));
  const checked = name === null ? null : checkOperator(reading, named, name);
  return {
    path,
    number,
    id: common?.id ?? null,
    from: common?.from ?? null,
    others: checked?.others ?? [],
    parallelism: common?.parallelism ?? null,
    description: common?.description ?? null,
    operator: checked?.operator ?? null,
    inner:
      name === 'iterate' || name === 'deltaIterate' ? checkSteps(reading, [...path, name, 'steps'], `${number}.`) : [],
  };
}

function chooseOperator(reading: Reading, block: Block, keys: readonly string[]): OperatorName | null {
  const operators = operatorNames.filter((name) => keys.includes(name));
  for (const key of keys.filter((name) => !operators.some((known) => known === name))) {
    const guess = didYouMean(key, [...operatorNames, ...commonKeys]);
    const hint = guess === null ? `a step takes one of ${operatorNames.join(', ')}` : `did you mean "${guess}"?`;
    problemAtKey(reading, 'ETL-2041', `unknown field ${quoted(key)} in ${block.what}`, [...block.path, key], hint);
  }
  if (operators.length > 1) {
    const message = `${block.what} has ${operators.length} operators: ${listOf(operators).replace(' or ', ' and ')}`;
    problemAtKey(
      reading,
      'ETL-2055',
      message,
      [...block.path, keys.filter((key) => operators.some((known) => known === key))[1]!],
      'write each as a step of its own, with its own dash',
    );
    return null;
  }
  if (keys.length === 0) {
    problemAt(
      reading,
      'ETL-2054',
      `${block.what} has no operator`,
      block.path,
      `a step takes one of ${operatorNames.join(', ')}`,
    );
  }
  return operators[0] ?? null;
}

function checkOperator(reading: Reading, block: Block, name: OperatorName): ReadOperator | null {
  const { field, read } = operatorBlocks[name];
  const values = checkFields(block, z.object({ [name]: field }), reading.problems, (key) => key === name);
  return values === null ? null : read(new OperatorReading(reading, block.path, name), values[name]);
}
