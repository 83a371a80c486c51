/** Golden scripts of what expression texts mean: their types and trees, or the error with its place and advice. */
import { typeName } from '../../src/columnar/data-type.js';
import { EtlError } from '../../src/errors/etl-error.js';
import { checkExpression, checkSelectItem, type Scope } from '../../src/expr/check-expression.js';
import { renderSql } from '../../src/expr/render-sql.js';
import { typeFromName } from '../../src/expr/type-from-name.js';
import type { TypedExpr } from '../../src/expr/typed-expr.js';
import { goldenScripts } from '../support/golden.js';

const columns: Readonly<Record<string, string>> = {
  id: 'bigint',
  qty: 'integer',
  price: 'numeric(10,2)',
  rate: 'numeric',
  ratio: 'double precision',
  name: 'text',
  userId: 'bigint',
  'odd "name"': 'text',
  born: 'date',
  at: 'timestamptz',
  ok: 'boolean',
  data: 'jsonb',
  raw: 'json',
};

const scope: Scope = {
  columns: Object.entries(columns).map(([name, type]) => ({ name, type: typeFromName(type)!, nullable: true })),
  params: {
    country: { kind: 'literal', text: 'DE', type: { kind: 'text' } },
    since: { kind: 'literal', text: '2026-01-01', type: { kind: 'text' } },
    count: { kind: 'literal', text: '5', type: { kind: 'int32' } },
  },
  now: '2026-11-22 03:00:00+00',
};

/** `(+ qty 1)`; casts as `qty→bigint`, literals as text and type where the type is not that of the bare text. */
function show(expr: TypedExpr): string {
  switch (expr.kind) {
    case 'column':
      return expr.name;
    case 'literal':
      return `${expr.text === null ? 'NULL' : JSON.stringify(expr.text)}:${typeName(expr.type)}${expr.param === undefined ? '' : `(:${expr.param})`}`;
    case 'call':
      if (expr.name === 'cast') return `${show(expr.args[0])}→${typeName(expr.type)}`;
      return `(${[expr.name, ...expr.args.map(show)].join(' ')})`;
    case 'case': {
      const branches = expr.branches.map(({ when, then }) => `[${show(when)} ${show(then)}]`);
      return `(case ${[...branches, ...(expr.otherwise === null ? [] : [show(expr.otherwise)])].join(' ')})`;
    }
  }
}

function showError(line: string, error: EtlError): string {
  const { column = 1, length = 1 } = error.at ?? {};
  const shown = line.length > 80 ? '' : `\n  ${line}\n  ${' '.repeat(column - 1)}${'^'.repeat(length)}`;
  return `${error.code} ${error.message}${shown}${error.hint === undefined ? '' : `\n  hint: ${error.hint}`}`;
}

function attempt(line: string, run: () => string): string {
  try {
    return run();
  } catch (error) {
    if (error instanceof EtlError) return showError(line, error);
    throw error;
  }
}

function runLine(command: string, line: string): string {
  switch (command) {
    case 'check':
      return attempt(line, () => {
        const expr = checkExpression(line, scope);
        return `${typeName(expr.type)}  ${show(expr)}`;
      });
    case 'refuse':
      return attempt(line, () => `accepted as ${show(checkExpression(line, scope))}`);
    case 'select':
      return attempt(line, () =>
        checkSelectItem(line, scope)
          .map(({ name, expr }) => `${name} = ${show(expr)}`)
          .join('\n'),
      );
    case 'sql':
      return attempt(line, () => renderSql(checkExpression(line, scope), 'postgres') ?? '(stays with us)');
    default:
      throw new Error(`no command ${command}`);
  }
}

goldenScripts('test/expr/scripts', (command, _args, input) =>
  input
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => runLine(command, line))
    .join('\n'),
);
