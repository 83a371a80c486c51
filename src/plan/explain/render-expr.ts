/** A checked expression as SQL for people: every expression has this text, also those that no source could be asked. */
import { typeName } from '../../columnar/data-type.js';
import type { NamedExpr, TypedExpr } from '../../expr/typed-expr.js';

/** Higher binds tighter; as in PostgreSQL. What is not listed is a function. */
const precedence: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  ...Object.fromEntries(
    ['=', '<>', '!=', '<', '<=', '>', '>=', 'is distinct from', 'is not distinct from'].map((name) => [name, 4]),
  ),
  ...Object.fromEntries(['like', 'ilike', '~', '~*', '!~', '!~*'].map((name) => [name, 5])),
  ...Object.fromEntries(
    ['||', '->', '->>', '#>', '#>>', '&', '|', '#', '<<', '>>', '@>', '<@', '?'].map((name) => [name, 6]),
  ),
  '+': 7,
  '-': 7,
  '*': 8,
  '/': 8,
  '%': 8,
  '^': 9,
};
const NOT = 3;
const POSTFIX = 4;
const UNARY = 10;
const ATOM = 20;

export function renderExpr(expr: TypedExpr): string {
  return textOf(expr).text;
}

export function renderItem({ name, expr }: NamedExpr): string {
  return expr.kind === 'column' && expr.name === name ? renderName(name) : `${renderExpr(expr)} AS ${renderName(name)}`;
}

export function renderName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

interface Text {
  readonly text: string;
  readonly binds: number;
}

function textOf(expr: TypedExpr): Text {
  switch (expr.kind) {
    case 'column':
      return { text: renderName(expr.name), binds: ATOM };
    case 'literal':
      return { text: literalText(expr), binds: ATOM };
    case 'call':
      return callText(expr);
    case 'case': {
      const branches = expr.branches.map(({ when, then }) => ` WHEN ${renderExpr(when)} THEN ${renderExpr(then)}`);
      const otherwise = expr.otherwise === null ? '' : ` ELSE ${renderExpr(expr.otherwise)}`;
      return { text: `CASE${branches.join('')}${otherwise} END`, binds: ATOM };
    }
    default:
      return expr satisfies never;
  }
}

function literalText({ text, type, param }: Extract<TypedExpr, { kind: 'literal' }>): string {
  if (param !== undefined) return param === 'now' ? 'now()' : `:${param}`;
  if (text === null) return 'NULL';
  switch (type.kind) {
    case 'boolean':
      return text === 't' ? 'TRUE' : 'FALSE';
    case 'int16':
    case 'int32':
    case 'int64':
    case 'decimal':
    case 'numeric':
    case 'float32':
    case 'float64':
      return /^-?[\d.]+(?:e[+-]?\d+)?$/u.test(text) ? text : `'${text}'::${typeName(type)}`;
    case 'text':
      return quoted(text);
    default:
      return `${quoted(text)}::${typeName(type)}`;
  }
}

function callText(call: Extract<TypedExpr, { kind: 'call' }>): Text {
  const { name, args, type } = call;
  if (name === 'cast') return { text: `${within(args[0], UNARY + 1)}::${typeName(type)}`, binds: UNARY + 1 };
  if (name === 'not') return { text: `NOT ${within(args[0], NOT)}`, binds: NOT };
  if (name.startsWith('is ') && args.length === 1)
    return { text: `${within(args[0], POSTFIX + 1)} ${name.toUpperCase()}`, binds: POSTFIX };
  if (name === 'in')
    return { text: `${within(args[0], 6)} IN (${args.slice(1).map(renderExpr).join(', ')})`, binds: 5 };
  if (name.startsWith('between')) {
    return {
      text: `${within(args[0], 6)} ${name.toUpperCase()} ${within(args[1], 6)} AND ${within(args[2], 6)}`,
      binds: 5,
    };
  }
  const binds = Object.hasOwn(precedence, name) ? precedence[name] : undefined;
  if (binds === undefined) return { text: `${name}(${args.map(renderExpr).join(', ')})`, binds: ATOM };
  if (args.length === 1) return { text: `${name}${within(args[0], UNARY)}`, binds: UNARY };
  if ((name === 'like' || name === 'ilike') && args.length === 3) {
    return {
      text: `${within(args[0], 6)} ${name.toUpperCase()} ${within(args[1], 6)} ESCAPE ${within(args[2], 6)}`,
      binds,
    };
  }
  const word = /^[a-z]/u.test(name) ? name.toUpperCase() : name;
  return {
    text: args
      .map((arg, i) => within(arg, i === 0 || name === 'and' || name === 'or' ? binds : binds + 1))
      .join(` ${word} `),
    binds,
  };
}

function within(expr: TypedExpr, least: number): string {
  const { text, binds } = textOf(expr);
  return binds < least ? `(${text})` : text;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
