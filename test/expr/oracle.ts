/**
 * PostgreSQL as the oracle of expressions: both sides evaluate each expression over each row of a grid; whatever differs in
 * type, value text or SQLSTATE comes back as one line. One round trip for any number of cells.
 *
 * Our side runs each checked expression through JSON, over the whole batch, over a selection of it, and, where it can be
 * printed as SQL, the server evaluates the printed form as well.
 */
import { ByteWriter } from '../../src/columnar/byte-writer.js';
import { createBuilder } from '../../src/columnar/column-builder.js';
import { isValid, type Column } from '../../src/columnar/column.js';
import type { Batch, Field, Schema } from '../../src/columnar/batch.js';
import { typeName, type DataType } from '../../src/columnar/data-type.js';
import { textParser } from '../../src/columnar/parse-text.js';
import { RowErrors } from '../../src/columnar/row-errors.js';
import { textWriter } from '../../src/columnar/write-text.js';
import { EtlError } from '../../src/errors/etl-error.js';
import { checkExpression } from '../../src/expr/check-expression.js';
import { compileExpressions, compilePredicate } from '../../src/expr/compile-expression.js';
import { renderSql } from '../../src/expr/render-sql.js';
import { typeFromName } from '../../src/expr/type-from-name.js';
import type { TypedExpr } from '../../src/expr/typed-expr.js';
import type { TestDatabase } from '../support/test-database.js';

export interface Grid {
  /** Column name → PostgreSQL type. */
  readonly columns: Readonly<Record<string, string>>;
  /** Values in PostgreSQL's text, in the order of the columns. */
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface CompareOptions {
  /** Floats may differ in the last digits (what a C library computes). */
  readonly closeFloats?: boolean;
}

export interface Oracle {
  readonly schema: Schema;
  readonly batch: Batch;
  /** Lines about what differs; empty when both sides agree everywhere. */
  compare(expressions: readonly string[], options?: CompareOptions): Promise<string[]>;
}

/** A cell as text: a value, NULL, or `!` and the SQLSTATE of the row's error. */
type Cell = string | null;

interface Answer {
  readonly type: string;
  readonly cells: readonly Cell[];
}

/** Makes a grid of every combination by rows: shorter lists start again. */
export function gridOf(columns: Readonly<Record<string, readonly [type: string, ...values: (string | null)[]]>>): Grid {
  const entries = Object.entries(columns);
  const length = Math.max(...entries.map(([, list]) => list.length - 1));
  const rows = Array.from({ length }, (_, row) =>
    entries.map(([, [, ...values]]) => values[row % values.length] as string | null),
  );
  return { columns: Object.fromEntries(entries.map(([name, [type]]) => [name, type])), rows };
}

export async function createOracle(database: TestDatabase, grid: Grid): Promise<Oracle> {
  const table = `grid_${String(tableCount(database))}`;
  await createTable(database, table, grid);
  const schema = schemaOf(grid);
  const batch = batchOf(schema, grid);
  return {
    schema,
    batch,
    compare: async (expressions, options = {}) => {
      const ours = expressions.map((text) => evaluateHere(text, schema, batch));
      const pushed = ours.map(({ sql }) => sql);
      const [theirs, printed] = await Promise.all([
        evaluateThere(database, table, grid, expressions),
        evaluateThere(
          database,
          table,
          grid,
          pushed.map((sql) => sql ?? 'NULL::text'),
        ),
      ]);
      return expressions.flatMap((text, i) => [
        ...differences(text, ours[i], theirs[i], options),
        ...(pushed[i] === null ? [] : differences(`${text}  printed as  ${pushed[i]}`, printed[i], theirs[i], {})),
      ]);
    },
  };
}

const counts = new WeakMap<TestDatabase, number>();

function tableCount(database: TestDatabase): number {
  const count = (counts.get(database) ?? 0) + 1;
  counts.set(database, count);
  return count;
}

function differences(text: string, ours: Answer, theirs: Answer, options: CompareOptions): string[] {
  // Where every row is an error on the server, nothing says the type; what we refuse has no cells.
  const isTyped = theirs.type !== '' || ours.cells.length === 0;
  if (isTyped && ours.type !== theirs.type) return [`${text}: type ${ours.type}, PostgreSQL ${theirs.type}`];
  return ours.cells.flatMap((cell, row) => {
    const other = theirs.cells[row];
    return cell === other || (options.closeFloats === true && areClose(cell, other))
      ? []
      : [`${text} [row ${row}]: ${show(cell)}, PostgreSQL ${show(other)}`];
  });
}

function areClose(a: Cell, b: Cell): boolean {
  if (a === null || b === null || a.startsWith('!') || b.startsWith('!')) return false;
  const [x, y] = [Number(a), Number(b)];
  return Math.abs(x - y) <= 4 * Number.EPSILON * Math.abs(y);
}

function show(cell: Cell): string {
  return cell === null ? 'NULL' : JSON.stringify(cell);
}

/** The server's type names without modifiers, as pg_typeof gives them. */
function bareTypeName(type: DataType): string {
  if (type.kind === 'time' || type.kind === 'timestamp') return `${type.kind} without time zone`;
  if (type.kind === 'timestamptz') return 'timestamp with time zone';
  return typeName(type).replace(/\([\d,]+\)/, '');
}

function evaluateHere(text: string, schema: Schema, batch: Batch): Answer & { sql: string | null } {
  let expr: TypedExpr;
  try {
    expr = JSON.parse(JSON.stringify(checkExpression(text, { columns: schema.fields, params: {} }))) as TypedExpr;
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    return { type: `${error.code} ${error.message}`, cells: [], sql: null };
  }
  const cells = cellsOf(expr, schema, batch);
  checkSelected(text, expr, schema, batch, cells);
  return { type: bareTypeName(expr.type), cells, sql: renderSql(expr, 'postgres') };
}

function cellsOf(expr: TypedExpr, schema: Schema, batch: Batch): Cell[] {
  const errors = new RowErrors();
  const column = compileExpressions([expr], schema)(batch, errors)[0];
  const write = textWriter(column);
  const out = new ByteWriter(64);
  const cells = Array.from({ length: batch.length }, (_, row): Cell => {
    if (!isValid(column, row)) return null;
    out.clear();
    write(row, out);
    return out.view().toString();
  });
  for (const { row, sqlState } of errors.list) cells[row] = `!${sqlState}`;
  return cells;
}

/** A selection must not change a value, and a predicate must name the rows that are true. */
function checkSelected(text: string, expr: TypedExpr, schema: Schema, batch: Batch, whole: readonly Cell[]): void {
  const selection = Int32Array.from({ length: batch.length >> 1 }, (_, i) => 2 * i + 1);
  const selected = cellsOf(expr, schema, { ...batch, selection });
  for (const row of selection)
    if (selected[row] !== whole[row])
      throw new Error(`${text} [row ${row}]: ${show(whole[row])}, but ${show(selected[row])} under a selection`);
  if (expr.type.kind !== 'boolean') return;
  const left = compilePredicate(expr, schema)(batch, new RowErrors());
  const expected = whole.flatMap((cell, row) => (cell === 't' ? [row] : []));
  const found = left === null ? whole.map((_, row) => row) : [...left];
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`${text}: as a predicate it leaves rows ${found.join()}, not ${expected.join()}`);
}

async function evaluateThere(
  database: TestDatabase,
  table: string,
  grid: Grid,
  expressions: readonly string[],
): Promise<Answer[]> {
  const answers = expressions.map(() => ({ type: '', cells: new Array<Cell>(grid.rows.length).fill(null) }));
  const rows = await database.query('SELECT e, type, number, value, state FROM evaluate($1, $2)', [table, expressions]);
  for (const [e, type, number, value, state] of rows) {
    const answer = answers[Number(e) - 1];
    if (type !== null) answer.type = type;
    if (number !== null) answer.cells[Number(number)] = state === null ? value : `!${state}`;
    else answer.type = `error ${state}`;
  }
  return answers;
}

async function createTable(database: TestDatabase, table: string, grid: Grid): Promise<void> {
  const columns = Object.entries(grid.columns);
  await database.query(evaluator);
  await database.query("SET TimeZone = 'UTC'");
  await database.query(
    `CREATE TABLE ${table} (number int, ${columns.map(([name, type]) => `"${name}" ${type}`).join(', ')})`,
  );
  const lists = columns.map(([, type], i) => `CAST(r ->> ${i} AS ${type})`);
  await database.query(
    `INSERT INTO ${table} SELECT n - 1, ${lists.join(', ')} FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS x (r, n)`,
    [JSON.stringify(grid.rows)],
  );
}

/**
 * Each expression over all rows at once; where that fails, row by row. Values by their output function (`format`). An
 * expression that the server refuses before any row is one line without a number.
 */
const evaluator = `
CREATE OR REPLACE FUNCTION evaluate(source text, expressions text[])
RETURNS TABLE (e int, type text, number int, value text, state text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  shape constant text := 'SELECT array_agg(v_type), array_agg(number), array_agg(v_text) FROM (SELECT pg_typeof(v)::text AS v_type, number, CASE WHEN v IS NULL THEN NULL ELSE format(''%%s'', v) END AS v_text FROM (SELECT number, (%s\n) AS v FROM %I %s OFFSET 0) s) t';
  types text[]; numbers int[]; texts text[]; single int;
BEGIN
  FOR i IN 1 .. coalesce(array_length(expressions, 1), 0) LOOP
    BEGIN
      EXECUTE format(shape, expressions[i], source, '') INTO types, numbers, texts;
      RETURN QUERY SELECT i, x.a, x.b, x.c, NULL::text FROM unnest(types, numbers, texts) AS x (a, b, c);
    EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
      RETURN QUERY SELECT i, NULL::text, NULL::int, NULL::text, SQLSTATE::text;
    WHEN others THEN
      FOR single IN EXECUTE format('SELECT number FROM %I ORDER BY number', source) LOOP
        BEGIN
          EXECUTE format(shape, expressions[i], source, 'WHERE number = ' || single) INTO types, numbers, texts;
          RETURN QUERY SELECT i, x.a, x.b, x.c, NULL::text FROM unnest(types, numbers, texts) AS x (a, b, c);
        EXCEPTION WHEN others THEN
          RETURN QUERY SELECT i, NULL::text, single, NULL::text, SQLSTATE::text;
        END;
      END LOOP;
    END;
  END LOOP;
END $$`;

function schemaOf(grid: Grid): Schema {
  const fields = Object.entries(grid.columns).map(([name, type]): Field => {
    const known = typeFromName(type);
    if (known === null) throw new Error(`no type ${type}`);
    return { name, type: known, nullable: true };
  });
  return { fields };
}

function batchOf(schema: Schema, grid: Grid): Batch {
  const columns = schema.fields.map(({ type }, at): Column => {
    const builder = createBuilder(type, grid.rows.length);
    const parse = textParser(type);
    for (const row of grid.rows) {
      const text = row[at];
      if (text === null) builder.appendNull();
      else parse(Buffer.from(text), 0, Buffer.byteLength(text), builder);
    }
    return builder.finish();
  });
  return { schema, columns, length: grid.rows.length, selection: null };
}
