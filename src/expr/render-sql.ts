/**
 * A checked expression as SQL of a server that computes the same value: full parentheses, every literal with its type.
 *
 * Null where any part may mean something else there, or is not the server's to decide: functions whose last digit depends
 * on a C library, regular expressions, columns that we see as text but the server does not (`inet`, `char(n)`).
 * Whether an expression can fail for a row is the caller's question (a failing row would fail the whole query there).
 */
import { overloadOf } from './overload-of.js';
import type { TypedExpr } from './typed-expr.js';
import { typeName } from '../columnar/data-type.js';

export function renderSql(expr: TypedExpr, dialect: 'postgres'): string | null {
  switch (expr.kind) {
    case 'column':
      return sameOnServer(expr) ? quoteName(expr.name) : null;
    case 'literal':
      return renderLiteral(expr);
    case 'call': {
      const args = renderAll(expr.args, dialect);
      return args === null ? null : overloadOf(expr).sql(args, expr);
    }
    case 'case':
      return renderCase(expr, dialect);
  }
}

function renderAll(exprs: readonly TypedExpr[], dialect: 'postgres'): string[] | null {
  const printed: string[] = [];
  for (const expr of exprs) {
    const text = renderSql(expr, dialect);
    if (text === null) return null;
    printed.push(text);
  }
  return printed;
}

function renderCase(expr: Extract<TypedExpr, { kind: 'case' }>, dialect: 'postgres'): string | null {
  const branches = expr.branches.map(({ when, then }) => renderAll([when, then], dialect));
  const otherwise = expr.otherwise === null ? 'NULL' : renderSql(expr.otherwise, dialect);
  if (otherwise === null || branches.includes(null)) return null;
  return `(CASE${branches.map((branch) => ` WHEN ${branch![0]} THEN ${branch![1]}`).join('')} ELSE ${otherwise} END)`;
}

/** Text that only stands in for another type of the server is not text there; varchar is. */
function sameOnServer(expr: Extract<TypedExpr, { kind: 'column' }>): boolean {
  return (
    expr.type.kind !== 'text' ||
    expr.type.sqlName === undefined ||
    /^(character varying|varchar)\b/.test(expr.type.sqlName)
  );
}

function renderLiteral(expr: Extract<TypedExpr, { kind: 'literal' }>): string | null {
  const { text, type } = expr;
  if (text === null) return `CAST(NULL AS ${typeName(type)})`;
  if (text.includes('\0')) return null;
  if (type.kind === 'boolean') return text === 't' ? 'TRUE' : 'FALSE';
  if (type.kind === 'int32' && /^\d+$/.test(text)) return text;
  // A decimal literal keeps just its own digits, so the type needs no precision.
  return `CAST(${quoteText(text)} AS ${type.kind === 'decimal' ? 'numeric' : typeName(type)})`;
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** E'…' as soon as there is a backslash, so that standard_conforming_strings does not matter. */
function quoteText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}
