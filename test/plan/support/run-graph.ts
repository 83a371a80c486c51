/** A logical graph run over rows in memory, node by node: what a plan means, without any of the engine that executes it. */
import type { Batch, Schema } from '../../../src/columnar/batch.js';
import { createBuilder } from '../../../src/columnar/column-builder.js';
import { appendJs, cellToJs } from '../../../src/columnar/js-value.js';
import { RowErrors } from '../../../src/columnar/row-errors.js';
import { compileExpressions, compilePredicate } from '../../../src/expr/compile-expression.js';
import type { TypedExpr } from '../../../src/expr/typed-expr.js';
import type { LogicalGraph, LogicalNode } from '../../../src/plan/logical-graph.js';
import { originalId } from '../../../src/plan/rules/separate-diamonds.js';

export type Rows = readonly (readonly unknown[])[];

export interface GraphResult {
  /** By sink, the columns that it reads. */
  readonly sinks: Readonly<Record<string, Rows>>;
  readonly failedRows: number;
}

interface Tables {
  readonly [source: string]: { readonly schema: Schema; readonly rows: Rows };
}

export function runGraph(graph: LogicalGraph, tables: Tables): GraphResult {
  const outputs = new Map<string, { schema: Schema; rows: Rows }>();
  let failedRows = 0;
  const evaluate = (exprs: readonly TypedExpr[], schema: Schema, rows: Rows): Rows => {
    const errors = new RowErrors();
    const columns = compileExpressions(exprs, schema)(batchOf(schema, rows), errors);
    const failed = new Set(errors.list.map((error) => error.row));
    failedRows += failed.size;
    return rows.flatMap((_, row) => (failed.has(row) ? [] : [columns.map((column) => cellToJs(column, row))]));
  };
  const filter = (predicate: TypedExpr, schema: Schema, rows: Rows): Rows => {
    const errors = new RowErrors();
    const left = compilePredicate(predicate, schema)(batchOf(schema, rows), errors);
    const failed = new Set(errors.list.map((error) => error.row));
    failedRows += failed.size;
    return [...(left ?? rows.keys())].filter((row) => !failed.has(row)).map((row) => rows[row]);
  };
  const run = (node: LogicalNode): Rows => {
    const [input] = node.inputs.map((id) => outputs.get(id)!);
    switch (node.kind) {
      case 'source': {
        const { schema, rows } = tables[originalId(node.id)];
        const kept = node.filters.reduce((left, predicate) => filter(predicate, schema, left), rows);
        return pick(schema, node.columns, kept.slice(0, node.limit?.rows));
      }
      case 'filter':
        return filter(node.predicate, input.schema, input.rows);
      case 'select':
        return evaluate(
          node.items.map((item) => item.expr),
          input.schema,
          input.rows,
        );
      case 'union':
        return node.inputs.flatMap((id, i) => {
          const { schema, rows } = outputs.get(id)!;
          const exprs = schema.fields.map(({ name, type }, position): TypedExpr => {
            const column: TypedExpr = { kind: 'column', name, type };
            const target = node.casts[i][position];
            return target === null ? column : { kind: 'call', name: 'cast', args: [column], type: target };
          });
          return evaluate(exprs, schema, rows);
        });
      case 'limit':
        return input.rows.slice(0, node.rows);
      case 'sink':
        return pick(input.schema, node.columns, input.rows);
      default:
        throw new Error(`not run here: ${node.kind}`);
    }
  };
  const sinks: Record<string, Rows> = {};
  for (const node of graph.nodes) {
    const rows = run(node);
    if (node.kind === 'sink') sinks[node.id] = rows;
    outputs.set(node.id, { schema: node.schema, rows });
  }
  return { sinks, failedRows };
}

function pick(schema: Schema, names: readonly string[], rows: Rows): Rows {
  const positions = names.map((name) => schema.fields.findIndex((field) => field.name === name));
  return rows.map((row) => positions.map((position) => row[position]));
}

function batchOf(schema: Schema, rows: Rows): Batch {
  const columns = schema.fields.map(({ type }, position) => {
    const builder = createBuilder(type);
    for (const row of rows) {
      if (row[position] === null) builder.appendNull();
      else appendJs(builder, row[position]);
    }
    return builder.finish();
  });
  return { schema, columns, length: rows.length, selection: null };
}
