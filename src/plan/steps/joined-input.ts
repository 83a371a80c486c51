/**
 * What two inputs are called when their rows stand side by side.
 *
 * A column of the right input keeps its name where the left has none of it, and is `other.column` otherwise; `other` is its id,
 * or what the step's `as` says. Every column may also be called by its input: `users.id`, `countries.name`. In the condition
 * itself a name that both have says nothing, and is refused.
 */
import type { Schema } from '../../columnar/batch.js';
import { spellColumn } from '../../expr/scope.js';
import type { Scope } from '../../expr/check-expression.js';
import type { RightNames } from '../logical-graph.js';
import { rightFields, rightName } from '../node-schemas.js';
import { aliasesOf, siteOf, type Input, type StepBuild } from './step-build.js';

export interface JoinedInput {
  readonly left: Input;
  readonly right: Input;
  readonly rightNames: RightNames;
  readonly aliases: ReadonlyMap<string, string>;
  /** Of the condition. */
  readonly scope: Scope;
}

/** Null where the names cannot be told apart, which has been said. */
export function joinInputs(build: StepBuild, as: string): JoinedInput | null {
  const [left, right] = build.inputs;
  if (left.name === as) {
    const hint = 'give the other a name of its own: as: …';
    build.problems.add('ETL-3027', `both inputs are called "${as}"`, siteOf(build), hint);
    return null;
  }
  const rightNames = rightNamesOf(build, left.schema, right.schema, as);
  if (rightNames === null) return null;
  const behind = (column: string): string => rightName(rightNames, column);
  const aliases = new Map([
    ...[...right.aliases].map(([alias, column]) => [alias, behind(column)] as const),
    ...aliasesOf(left),
    ...right.schema.fields.map(({ name }) => [`${as}.${name}`, behind(name)] as const),
  ]);
  const ambiguous = new Map(
    Object.keys(rightNames).map((name) => [
      name,
      [left.name, as].map((side) => `${spellColumn(side)}.${spellColumn(name)}`),
    ]),
  );
  const columns = [...left.schema.fields, ...rightFields(right.schema, rightNames)];
  return { left, right, rightNames, aliases, scope: { ...build.scope, columns, aliases, ambiguous } };
}

function rightNamesOf(build: StepBuild, left: Schema, right: Schema, as: string): RightNames | null {
  const taken = new Set([...left.fields, ...right.fields].map((field) => field.name));
  const names: Record<string, string> = {};
  for (const { name } of right.fields) {
    if (!left.fields.some((field) => field.name === name)) continue;
    names[name] = `${as}.${name}`;
    if (!taken.has(names[name])) continue;
    const hint = 'give the other input another name: as: …';
    build.problems.add('ETL-3022', `two columns are named "${names[name]}"`, siteOf(build), hint);
    return null;
  }
  return names;
}
