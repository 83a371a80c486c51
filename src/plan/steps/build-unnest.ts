/** unnest: a row for each element of an array. */
import { typeName } from '../../columnar/data-type.js';
import { checkExpressions } from '../../expr/check-expression.js';
import type { NamedExpr } from '../../expr/typed-expr.js';
import type { StepOperator } from '../../spec/step-operator.js';
import { columnOf } from '../graph-edit.js';
import { unnestSchema } from '../node-schemas.js';
import { ComputedColumns } from './computed-columns.js';
import { addSelect, aliasesOf, checkEach, computeColumns, nodeBase, scopeOf, siteOf, type Output, type StepBuild } from './step-build.js'; // prettier-ignore

type Unnest = Extract<StepOperator, { kind: 'unnest' }>;

export function buildUnnest(build: StepBuild, { column, as, position, keepEmpty }: Unnest): Output | null {
  const [input] = build.inputs;
  const checked = checkEach(build, [column], (text) => checkExpressions(text, scopeOf(build, input)));
  if (checked === null) return null;
  const [list] = checked;
  const before = build.problems.count;
  const refuse = (code: 'ETL-3003' | 'ETL-3022', message: string, hint: string): void =>
    build.problems.add(code, message, siteOf(build, column.path), hint);
  if (list.type.kind !== 'list') {
    refuse(
      'ETL-3003',
      `unnest takes an array, not ${typeName(list.type)}`,
      "a column that is an array, or a text such as '{a,b}' cast to text[]",
    );
  } else if (as === null && list.kind !== 'column') {
    refuse('ETL-3022', 'the elements have no name', 'say as: NAME beside the column');
  }
  const names = [...input.schema.fields.map((field) => field.name), ...(as === null ? [] : [as])];
  for (const [i, name] of [as, position].entries()) {
    const taken = i === 0 ? names.slice(0, input.schema.fields.length) : names;
    if (name !== null && taken.includes(name))
      refuse('ETL-3022', `two columns are named "${name}"`, 'give it another name');
  }
  if (build.problems.count > before) return null;
  const columns = new ComputedColumns(input.schema.fields);
  const node = { column: columns.nameOf(list), as, position, keepEmpty };
  const below = computeColumns(build, columns, input, 'array');
  const schema = unnestSchema(node, below.schema);
  build.add({ ...nodeBase(build, [below.id]), kind: 'unnest', ...node, schema });
  const own: Output = { id: build.step.id, schema, aliases: aliasesOf(input) };
  if (!columns.isNeeded) return own;
  const items = schema.fields
    .filter((field) => field.name !== node.column)
    .map((field): NamedExpr => ({ name: field.name, expr: columnOf(field) }));
  return { ...addSelect(build, `${build.step.id}.columns`, items, own), aliases: own.aliases };
}
