/** What an expression may name: the columns of its input, the job's parameters, and the run's time. */
import type { DataType } from '../columnar/data-type.js';
import type { Field } from '../columnar/batch.js';
import { didYouMean } from '../errors/did-you-mean.js';
import type { Checked } from './coerce.js';
import { typeError, unknownColumn } from './expression-error.js';
import type { LiteralExpr } from './literal.js';
import type { SyntaxNode } from './syntax-tree.js';
import type { TypedExpr } from './typed-expr.js';

export interface Scope {
  readonly columns: readonly Field[];
  /** Values of `:name`. A text literal takes the type that its place asks for, as an untyped literal does. */
  readonly params: Readonly<Record<string, LiteralExpr>>;
  /** What now() is, a timestamptz in PostgreSQL's text: the run's logical time, the same for all rows and slots. */
  readonly now?: string;
  /** Further names of columns, such as `countries.name`: what each stands for. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** Names that two inputs have: how each of the two is written. */
  readonly ambiguous?: ReadonlyMap<string, readonly string[]>;
  /**
   * Asked for every part of the text before its own parts are looked at: what it stands for as a whole, or null. It may
   * refuse the part. This is how an aggregate step says what its groups and aggregates are.
   */
  readonly resolve?: (node: SyntaxNode) => Checked | null;
}

/** PostgreSQL's rule: unquoted names are folded to lower case, then names match exactly. */
export function columnOf(node: Extract<SyntaxNode, { kind: 'column' }>, scope: Scope): TypedExpr {
  const spellings = scope.ambiguous?.get(node.name);
  if (spellings !== undefined)
    throw unknownColumn(`"${node.name}" is in both inputs`, node.at, `write ${spellings.join(' or ')}`);
  const byName = (name: string | undefined): Field | undefined => scope.columns.find((column) => column.name === name);
  const field = byName(node.name) ?? byName(scope.aliases?.get(node.name));
  if (field !== undefined) return { kind: 'column', name: field.name, type: field.type };
  throw unknownColumn(`there is no column "${node.name}"`, node.at, columnHint(node, scope.columns));
}

export function paramOf(node: Extract<SyntaxNode, { kind: 'param' }>, scope: Scope): LiteralExpr {
  if (Object.hasOwn(scope.params, node.name)) return { ...scope.params[node.name]!, param: node.name };
  const names = Object.keys(scope.params);
  const near = didYouMean(node.name, names);
  const hint =
    near !== null
      ? `did you mean :${near}?`
      : names.length > 0
        ? `the job has :${names.join(', :')}`
        : 'declare it under `params` of the job';
  throw unknownColumn(`there is no parameter :${node.name}`, node.at, hint);
}

/** now() and its relatives as a literal of timestamptz. */
export function runTime(scope: Scope, node: SyntaxNode): LiteralExpr {
  if (scope.now === undefined)
    throw typeError('the time of the run is not known here', node.at, 'pass it as a parameter, :name');
  const type: DataType = { kind: 'timestamptz' };
  return { kind: 'literal', text: scope.now, type, param: 'now' };
}

/** How a column has to be written in an expression. */
export function spellColumn(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function columnHint(node: Extract<SyntaxNode, { kind: 'column' }>, columns: readonly Field[]): string | undefined {
  const names = columns.map((column) => column.name);
  const sameLetters = names.find((name) => name.toLowerCase() === node.name.toLowerCase());
  if (sameLetters !== undefined)
    return node.quoted
      ? `did you mean ${spellColumn(sameLetters)}?`
      : `did you mean ${spellColumn(sameLetters)}? Names without quotes are read in lower case`;
  const near = didYouMean(node.name, names);
  if (near !== null) return `did you mean ${spellColumn(near)}?`;
  const shown = names.slice(0, 12).map(spellColumn).join(', ');
  return names.length === 0 ? undefined : `the columns are ${shown}${names.length > 12 ? ', …' : ''}`;
}
