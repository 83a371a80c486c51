/** filter, select, map, flatMap, limit: one row at a time. */
import { checkPredicate, checkSelectItem } from '../../expr/check-expression.js';
import type { NamedExpr } from '../../expr/typed-expr.js';
import type { StepOperator } from '../../spec/step-operator.js';
import { selectSchema } from '../node-schemas.js';
import { returned } from './build-groups.js';
import { aliasesOf, checkEach, nodeBase, scopeOf, siteOf, type Output, type StepBuild } from './step-build.js';

type OperatorOf<Kind extends StepOperator['kind']> = Extract<StepOperator, { kind: Kind }>;

export function buildFilter(build: StepBuild, operator: OperatorOf<'filter'>): Output {
  const [input] = build.inputs;
  const texts = [{ text: operator.predicate, path: ['filter'] }];
  const checked = checkEach(build, texts, (text) => [checkPredicate(text, scopeOf(build, input))]);
  const { schema } = input;
  if (checked !== null) build.add({ ...nodeBase(build), kind: 'filter', predicate: checked[0], schema });
  // A broken condition does not change what the rows look like: those below are checked all the same.
  return { id: build.step.id, schema, aliases: aliasesOf(input) };
}

export function buildAssert(build: StepBuild, { check, name }: OperatorOf<'assert'>): Output {
  const [input] = build.inputs;
  const checked = checkEach(build, [check], (text) => [checkPredicate(text, scopeOf(build, input))]);
  const { schema } = input;
  const message = name === null ? `"${check.text}" is false` : `assertion "${name}": "${check.text}" is false`;
  if (checked !== null) build.add({ ...nodeBase(build), kind: 'assert', check: checked[0], message, schema });
  return { id: build.step.id, schema, aliases: aliasesOf(input) };
}

export function buildSelect(build: StepBuild, operator: OperatorOf<'select'>): Output | null {
  const [input] = build.inputs;
  const names = new Set<string>();
  const texts = operator.items.map((text, i) => ({ text, path: ['select', i] }));
  const items = checkEach(build, texts, (text, path): NamedExpr[] => {
    const checked = checkSelectItem(text, scopeOf(build, input));
    for (const { name } of checked) {
      const hint = `give one of them another name: ${text.includes('*') ? 'list the columns' : '… AS name'}`;
      if (names.has(name)) build.problems.add('ETL-3022', `two columns are named "${name}"`, siteOf(build, path), hint);
      names.add(name);
    }
    return checked;
  });
  if (items === null) return null;
  const schema = selectSchema(items, input.schema);
  build.add({ ...nodeBase(build), kind: 'select', items, schema });
  return { id: build.step.id, schema, aliases: new Map() };
}

export function buildMap(build: StepBuild, operator: OperatorOf<'map' | 'flatMap'>): Output {
  const { kind, module, function: name } = operator;
  const schema = returned(operator.schema);
  build.add({ ...nodeBase(build), kind, module, function: name, schema });
  return { id: build.step.id, schema, aliases: new Map() };
}

export function buildLimit(build: StepBuild, { rows }: OperatorOf<'limit'>): Output {
  const [input] = build.inputs;
  build.add({ ...nodeBase(build), kind: 'limit', rows, schema: input.schema });
  return { id: build.step.id, schema: input.schema, aliases: aliasesOf(input) };
}
