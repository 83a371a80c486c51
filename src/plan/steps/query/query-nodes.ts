/** The nodes that queries are made of, each under an id of its own: what the steps of the same names add, over relations. */
import { checkNode } from '../../../expr/check-expression.js';
import { requireBoolean } from '../../../expr/coerce.js';
import { syntaxError } from '../../../expr/expression-error.js';
import type { Scope } from '../../../expr/scope.js';
import type { SyntaxNode } from '../../../expr/syntax-tree.js';
import type { NamedExpr, TypedExpr } from '../../../expr/typed-expr.js';
import type { JoinType } from '../../../spec/step-operator.js';
import { conjunctionOf } from '../../expr-facts.js';
import type { LogicalNode } from '../../logical-graph.js';
import { joinSchema, rightName, selectSchema } from '../../node-schemas.js';
import { addJoin } from '../build-join.js';
import { splitJoinCondition } from '../split-join-condition.js';
import type { Output, StepBuild } from '../step-build.js';
import { scopeOf, type Relation, type VisibleColumn } from './relation.js';

export class QueryNodes {
  private count = 0;

  constructor(readonly build: StepBuild) {}

  /** A build of nodes whose ids begin with one that nobody has. */
  part(word: string, inputs: readonly Relation[]): StepBuild {
    const step = { ...this.build.step, id: this.freshId(word), description: null, parallelism: null };
    return { ...this.build, step, inputs: inputs.map((input) => ({ ...input, name: input.id, aliases: new Map() })) };
  }

  freshId(word: string): string {
    return `${this.build.step.id}.${word}${++this.count}`;
  }

  add(node: LogicalNode): void {
    this.build.add(node);
  }

  filter(relation: Relation, predicates: readonly TypedExpr[]): Relation {
    if (predicates.length === 0) return relation;
    const { schema } = relation;
    const id = this.freshId('where');
    const predicate = conjunctionOf(predicates);
    this.add({ kind: 'filter', id, inputs: [relation.id], predicate, schema, parallelism: null });
    return { ...relation, id };
  }

  select(relation: Relation, items: readonly NamedExpr[], visible: readonly VisibleColumn[]): Relation {
    const schema = selectSchema(items, relation.schema);
    const id = this.freshId('select');
    this.add({ kind: 'select', id, inputs: [relation.id], items, schema, parallelism: null });
    return { id, schema, visible };
  }

  /** `conditions`: over both sides; none: all pairs. */
  join(left: Relation, right: Relation, type: JoinType, conditions: readonly SyntaxNode[]): Relation {
    const sides = this.sides(left, right);
    const { renamed } = sides;
    const fields = [...left.schema.fields, ...renamed.schema.fields];
    const both = { id: left.id, schema: { fields }, visible: [...left.visible, ...renamed.visible] };
    const scope = scopeOf(this.build.scope, both);
    const checked = conditions.map((node) => requireBoolean(checkNode(node, scope), 'the condition'));
    return this.joinChecked(left, right, type, checked, sides);
  }

  /** Conditions by the names behind the join: `sides(left, right)`. */
  joinChecked(
    left: Relation,
    right: Relation,
    type: JoinType,
    conditions: readonly TypedExpr[],
    sides = this.sides(left, right),
  ): Relation {
    const { rightNames, renamed } = sides;
    const names = ({ schema }: Relation): Set<string> => new Set(schema.fields.map((field) => field.name));
    const build = this.part('join', [left, right]);
    const [first, second] = build.inputs;
    const isOneSided = type === 'semi' || type === 'anti';
    const visible = isOneSided ? left.visible : [...left.visible, ...renamed.visible];
    let output: Output;
    if (conditions.length === 0 && type === 'inner') {
      const schema = joinSchema('inner', left.schema, right.schema, rightNames);
      const { id } = build.step;
      this.add({
        kind: 'cross',
        id,
        inputs: [left.id, right.id],
        rightNames,
        kept: null,
        small: null,
        schema,
        parallelism: null,
      });
      output = { id, schema, aliases: new Map() };
    } else {
      const on = conditions.length === 0 ? always : conjunctionOf(conditions);
      const condition = splitJoinCondition(on, names(left), names(renamed));
      output = addJoin(build, { left: first, right: second, rightNames }, condition, { type, hint: null });
    }
    return { id: output.id, schema: output.schema, visible };
  }

  /** The right side by its names behind the join. */
  sides(left: Relation, right: Relation): { readonly rightNames: Record<string, string>; readonly renamed: Relation } {
    const taken = new Set([...left.schema.fields, ...right.schema.fields].map(({ name }) => name));
    const rightNames: Record<string, string> = {};
    for (const { name } of right.schema.fields) {
      if (!left.schema.fields.some((field) => field.name === name)) continue;
      const table = right.visible.find(({ column }) => column === name)?.table ?? 'r';
      let own = `${table}.${name}`;
      while (taken.has(own)) own = `${own}'`;
      taken.add(own);
      rightNames[name] = own;
    }
    const behind = (name: string): string => rightName(rightNames, name);
    return {
      rightNames,
      renamed: {
        id: right.id,
        schema: { fields: right.schema.fields.map((field) => ({ ...field, name: behind(field.name) })) },
        visible: right.visible.map((column) => ({ ...column, column: behind(column.column) })),
      },
    };
  }

  check(node: SyntaxNode, scope: Scope): TypedExpr {
    return checkNode(node, scope).expr;
  }

  condition(node: SyntaxNode, scope: Scope): TypedExpr {
    return requireBoolean(checkNode(node, scope), 'the condition');
  }
}

const always: TypedExpr = { kind: 'literal', text: 't', type: { kind: 'boolean' } };

/** @throws EtlError ETL-3022-like at the second of two columns of one name */
export function uniqueNames<Item extends { readonly name: string; readonly at: SyntaxNode['at'] }>(
  items: readonly Item[],
): void {
  items.forEach(({ name, at }, i) => {
    if (items.findIndex((other) => other.name === name) === i) return;
    throw syntaxError(`two columns are named "${name}"`, at, 'give one of them another name: … AS name');
  });
}
