/** Steps: exactly one operator each, its value typed; ids and inputs are for `resolve-inputs.ts`. */
import { z } from 'zod';
import type { DataType } from '../columnar/data-type.js';
import { didYouMean, didYouMeanHint } from '../errors/did-you-mean.js';
import { typeFromName } from '../expr/type-from-name.js';
import { checkFields, listOf, openBlock, type Block } from './check-fields.js';
import { laterOperators, operatorFields, stepFields, type OperatorName } from './job-fields.js';
import type { StepOperator } from './job-spec.js';
import { expressionText, problemAt, problemAtKey, type Reading } from './reading.js';
import { quoted } from './source-text.js';

/** A step as it stands in the file. */
export interface RawStep {
  readonly index: number;
  readonly id: string | null;
  readonly from: string | null;
  /** Ids listed by a union. */
  readonly others: readonly string[];
  readonly parallelism: number | null;
  readonly description: string | null;
  /** Null when it is wrong, which has been said. */
  readonly operator: StepOperator | null;
}

const commonKeys = Object.keys(stepFields.shape);
const operatorNames = Object.keys(operatorFields) as OperatorName[];

export function checkStep(reading: Reading, index: number): RawStep | null {
  const block = openBlock(reading.tree, ['steps', index], `step ${index + 1}`, reading.problems);
  if (block === null) return null;
  const keys = [...block.node.entries.keys()].filter((key) => !commonKeys.includes(key));
  const name = chooseOperator(reading, block, keys);
  const named: Block = name === null ? block : { ...block, what: `step ${index + 1} (${name})` };
  const common = checkFields(named, stepFields, reading.problems, (key) => commonKeys.includes(key));
  const checked = name === null ? null : checkOperator(reading, named, name);
  return {
    index,
    id: common?.id ?? null,
    from: common?.from ?? null,
    others: checked?.others ?? [],
    parallelism: common?.parallelism ?? null,
    description: common?.description ?? null,
    operator: checked?.operator ?? null,
  };
}

function chooseOperator(reading: Reading, block: Block, keys: readonly string[]): OperatorName | null {
  const known = keys.filter((key): key is OperatorName => Object.hasOwn(operatorFields, key));
  const later = keys.filter((key) => laterOperators.has(key));
  for (const key of keys) {
    if (known.includes(key as OperatorName)) continue;
    const path = [...block.path, key];
    if (laterOperators.has(key)) {
      problemAtKey(
        reading,
        'ETL-2056',
        `the operator ${quoted(key)} is not available in this version`,
        path,
        `available: ${operatorNames.join(', ')}`,
      );
    } else {
      const words = [...operatorNames, ...commonKeys, ...laterOperators];
      const guess = didYouMean(key, [...operatorNames, ...commonKeys]) ?? didYouMean(key, words);
      const hint = guess === null ? `a step takes one of ${operatorNames.join(', ')}` : `did you mean "${guess}"?`;
      problemAtKey(reading, 'ETL-2041', `unknown field ${quoted(key)} in ${block.what}`, path, hint);
    }
  }
  const operators = [...known, ...later];
  if (operators.length > 1) {
    const message = `${block.what} has ${operators.length} operators: ${listOf(operators).replace(' or ', ' and ')}`;
    problemAtKey(
      reading,
      'ETL-2055',
      message,
      [...block.path, operators[1]],
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
  return known[0] ?? null;
}

function checkOperator(
  reading: Reading,
  block: Block,
  name: OperatorName,
): { operator: StepOperator; others: readonly string[] } | null {
  const field = z.object({ [name]: operatorFields[name] });
  const values = checkFields(block, field, reading.problems, (key) => key === name);
  if (values === null) return null;
  const path = [...block.path, name];
  switch (name) {
    case 'filter':
      return { operator: { kind: name, predicate: expressionText(reading, path) }, others: [] };
    case 'select': {
      const items = values[name] as readonly unknown[];
      return {
        operator: { kind: name, items: items.map((_, i) => expressionText(reading, [...path, i])) },
        others: [],
      };
    }
    case 'map':
    case 'flatMap': {
      const own = values[name] as z.output<typeof operatorFields.map>;
      const schema = checkSchema(reading, own.schema, [...path, 'schema']);
      return schema === null
        ? null
        : { operator: { kind: name, module: own.module, function: own.function, schema }, others: [] };
    }
    case 'union': {
      const own = values[name] as z.output<typeof operatorFields.union>;
      return { operator: { kind: name }, others: typeof own === 'string' ? [own] : own };
    }
    case 'limit':
      return { operator: { kind: name, rows: values[name] as number }, others: [] };
  }
}

function checkSchema(
  reading: Reading,
  declared: Record<string, string>,
  path: readonly (string | number)[],
): { name: string; type: DataType }[] | null {
  const fields: { name: string; type: DataType }[] = [];
  for (const [name, typeText] of Object.entries(declared)) {
    const type = typeFromName(typeText);
    if (type === null) unknownTypeName(reading, typeText, [...path, name]);
    else fields.push({ name, type });
  }
  if (Object.keys(declared).length === 0) {
    problemAt(reading, 'ETL-2042', '"schema" names no column', path);
    return null;
  }
  return fields.length === Object.keys(declared).length ? fields : null;
}

const commonTypes = ['boolean', 'smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric', 'text', 'date', 'time', 'timestamp', 'timestamptz', 'interval', 'uuid', 'json', 'jsonb', 'bytea']; // prettier-ignore

/** Words of other systems for the same thing. */
const otherNames: Readonly<Record<string, string>> = {
  string: 'text',
  str: 'text',
  number: 'double precision',
  double: 'double precision',
  long: 'bigint',
  datetime: 'timestamp',
  'datetime2': 'timestamp', // prettier-ignore
  int64: 'bigint',
  int32: 'integer',
  int16: 'smallint',
  float64: 'double precision',
  float32: 'real',
  blob: 'bytea',
  binary: 'bytea',
  object: 'jsonb',
};

export function unknownTypeName(reading: Reading, name: string, path: readonly (string | number)[]): void {
  const same = Object.hasOwn(otherNames, name.toLowerCase()) ? otherNames[name.toLowerCase()] : null;
  const hint = same === null ? didYouMeanHint(name, commonTypes) : `did you mean "${same}"?`;
  problemAt(
    reading,
    'ETL-2074',
    `there is no type ${quoted(name)}`,
    path,
    hint ?? `types: ${commonTypes.join(', ')}, and [] behind one for an array`,
  );
}
