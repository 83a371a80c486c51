/** sql: a query over the step's inputs, planned into the nodes that other steps make (query/). */
import { parseQuery } from '../../expr/query/parse-query.js';
import type { NamedExpr } from '../../expr/typed-expr.js';
import type { StepOperator } from '../../spec/step-operator.js';
import { columnOf } from '../graph-edit.js';
import { planQuery } from './query/plan-query.js';
import { QueryNodes } from './query/query-nodes.js';
import type { Relation } from './query/relation.js';
import { nodeBase, siteOf, type Output, type StepBuild } from './step-build.js';

type Sql = Extract<StepOperator, { kind: 'sql' }>;

export function buildQuery(build: StepBuild, { query }: Sql): Output | null {
  try {
    const tables = new Map(build.inputs.map((input) => [input.name, relationOf(input)]));
    const rows = planQuery(new QueryNodes(build), parseQuery(query.text), tables);
    const items = rows.visible.map(({ name, column }): NamedExpr => {
      const field = rows.schema.fields.find((one) => one.name === column)!;
      return { name, expr: columnOf(field) };
    });
    const schema = { fields: rows.visible.map(({ name, column }) => ({ ...rows.schema.fields.find((one) => one.name === column)!, name })) }; // prettier-ignore
    build.add({ ...nodeBase(build, [rows.id]), kind: 'select', items, schema });
    return { id: build.step.id, schema, aliases: new Map() };
  } catch (error) {
    build.problems.keepExpression(error, siteOf(build, query.path));
    return null;
  }
}

function relationOf({ id, name, schema }: StepBuild['inputs'][number]): Relation {
  return { id, schema, visible: schema.fields.map((field) => ({ table: name, name: field.name, column: field.name })) };
}
