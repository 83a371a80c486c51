/**
 * fold-constants: what does not depend on a row is computed once, now. `CASE` and `AND`/`OR` lose the arms that cannot
 * count, and a filter that is always true goes away.
 *
 * An expression that fails is left as it is: it fails for the rows that reach it, as it would have, and for no others.
 */
import { RowErrors } from '../../columnar/row-errors.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import { isValid } from '../../columnar/column.js';
import { textWriter } from '../../columnar/write-text.js';
import { compileExpressions } from '../../expr/compile-expression.js';
import type { TypedExpr } from '../../expr/typed-expr.js';
import { conjunctsOf } from '../expr-facts.js';
import { makeGraph, removeNode } from '../graph-edit.js';
import type { LogicalGraph, LogicalNode } from '../logical-graph.js';
import type { RewriteRule } from './rewrite-rule.js';

export const foldConstants: RewriteRule = {
  name: 'fold-constants',
  apply: (graph) => {
    const nodes = graph.nodes.map(foldNode);
    const folded = nodes.every((node, i) => node === graph.nodes[i]) ? graph : makeGraph(nodes);
    return folded.nodes
      .filter(isAlwaysTrue)
      .reduce((current: LogicalGraph, filter) => removeNode(current, filter.id), folded);
  },
};

function isAlwaysTrue(node: LogicalNode): boolean {
  return node.kind === 'filter' && isLiteral(node.predicate, 't');
}

function foldNode(node: LogicalNode): LogicalNode {
  switch (node.kind) {
    case 'filter': {
      const predicate = foldExpr(node.predicate);
      return predicate === node.predicate ? node : { ...node, predicate };
    }
    case 'select': {
      const items = node.items.map((item) => ({ ...item, expr: foldExpr(item.expr) }));
      return items.every((item, i) => item.expr === node.items[i].expr) ? node : { ...node, items };
    }
    case 'join': {
      const residual = node.residual && foldExpr(node.residual);
      return residual === node.residual ? node : { ...node, residual };
    }
    case 'source': {
      const filters = node.filters.map(foldExpr).filter((filter) => !isLiteral(filter, 't'));
      return filters.length === node.filters.length && filters.every((filter, i) => filter === node.filters[i])
        ? node
        : { ...node, filters };
    }
    default:
      return node;
  }
}

/** The expression itself where nothing can be folded. */
export function foldExpr(expr: TypedExpr): TypedExpr {
  switch (expr.kind) {
    case 'column':
    case 'literal':
      return expr;
    case 'call':
      return foldCall(expr);
    case 'case':
      return foldCase(expr);
    default:
      return expr satisfies never;
  }
}

type CallExpr = Extract<TypedExpr, { kind: 'call' }>;
type CaseExpr = Extract<TypedExpr, { kind: 'case' }>;

function foldCall(call: CallExpr): TypedExpr {
  const args = call.args.map(foldExpr);
  const folded = args.every((arg, i) => arg === call.args[i]) ? call : { ...call, args };
  if (call.name === 'and' || call.name === 'or') return foldLogic(folded, call.name === 'and' ? 't' : 'f');
  return args.every((arg) => arg.kind === 'literal') ? evaluate(folded) : folded;
}

/** `neutral` is the truth value that changes nothing; the other one decides alone. */
function foldLogic(call: CallExpr, neutral: 't' | 'f'): TypedExpr {
  const decisive = neutral === 't' ? 'f' : 't';
  const decider = call.args.find((arg) => isLiteral(arg, decisive));
  if (decider !== undefined) return decider;
  const args = call.args.filter((arg) => !isLiteral(arg, neutral));
  if (args.length === 0) return call.args[0];
  if (args.length === 1) return args[0];
  const flat = call.name === 'and' ? args.flatMap(conjunctsOf) : args;
  return flat.length === call.args.length ? call : { ...call, args: flat };
}

function foldCase(expr: CaseExpr): TypedExpr {
  const branches = [];
  let otherwise = expr.otherwise && foldExpr(expr.otherwise);
  for (const branch of expr.branches) {
    const when = foldExpr(branch.when);
    const then = foldExpr(branch.then);
    if (isLiteral(when, 'f') || isLiteral(when, null)) continue;
    if (isLiteral(when, 't')) {
      otherwise = then;
      break;
    }
    branches.push(when === branch.when && then === branch.then ? branch : { when, then });
  }
  if (branches.length === 0) return otherwise ?? { kind: 'literal', text: null, type: expr.type };
  const same = otherwise === expr.otherwise && branches.length === expr.branches.length;
  return same && branches.every((branch, i) => branch === expr.branches[i]) ? expr : { ...expr, branches, otherwise };
}

/** The value of a call of literals, over one row without columns. */
function evaluate(call: CallExpr): TypedExpr {
  const schema = { fields: [] };
  const errors = new RowErrors();
  const [column] = compileExpressions([call], schema)({ schema, columns: [], length: 1, selection: null }, errors);
  if (errors.size > 0) return call;
  if (!isValid(column, 0)) return { kind: 'literal', text: null, type: call.type };
  const out = new ByteWriter(64);
  textWriter(column)(0, out);
  return { kind: 'literal', text: out.view().toString('utf8'), type: call.type };
}

function isLiteral(expr: TypedExpr, text: string | null): boolean {
  return expr.kind === 'literal' && expr.text === text;
}
