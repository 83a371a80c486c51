/** What every check of one job file shares: its tree, the list of problems, and how to say both. */
import type { Connector, ConnectorConfig } from '../connectors/connector.js';
import type { ErrorCode } from '../errors/registry.js';
import { didYouMeanHint } from '../errors/did-you-mean.js';
import type { SpecPath } from './job-spec.js';
import type { Problems } from './problems.js';
import { scalarPlace } from './scalar-offsets.js';
import { quoted } from './source-text.js';
import { findNode, placeOf, placeOfKey, type YamlTree } from './yaml-tree.js';

export interface Reading {
  readonly tree: YamlTree;
  readonly problems: Problems;
  /** The connectors that a job may name, by type. */
  readonly connectors: Readonly<Record<string, Connector>>;
  /** Configs by type, each loaded once and only when the file names it. */
  readonly configs: Map<string, ConnectorConfig>;
}

export function problemAt(reading: Reading, code: ErrorCode, message: string, path: SpecPath, hint?: string): void {
  reading.problems.add(code, message, placeOf(reading.tree, path), hint);
}

export function problemAtKey(reading: Reading, code: ErrorCode, message: string, path: SpecPath, hint?: string): void {
  reading.problems.add(code, message, placeOfKey(reading.tree, path), hint);
}

export function findConnector(reading: Reading, type: string): Connector | null {
  return Object.hasOwn(reading.connectors, type) ? reading.connectors[type] : null;
}

export async function loadConfig(reading: Reading, connector: Connector): Promise<ConnectorConfig> {
  const config = reading.configs.get(connector.type) ?? (await connector.config());
  reading.configs.set(connector.type, config);
  return config;
}

export function unknownType(reading: Reading, tree: YamlTree, type: string, path: SpecPath): void {
  const types = Object.keys(reading.connectors);
  const hint = didYouMeanHint(type, types) ?? `known: ${types.join(', ')}`;
  reading.problems.add('ETL-2061', `there is no connector ${quoted(type)}`, placeOf(tree, path), hint);
}

/**
 * The text of an expression as the file has it (`1.10` keeps its zero). YAML's two traps are caught here: ` #` begins a
 * comment, so `info #>> '{a}'` loses its end, and a comma in a flow list splits `concat(a, b)`.
 */
export function expressionText(reading: Reading, path: SpecPath): string {
  const node = findNode(reading.tree.root, path);
  if (node?.kind !== 'scalar') return '';
  if (node.plain && node.comment !== null && /^(?:>|-\s*'|-\s*\$|\s*'\{)/.test(node.comment)) {
    const after = scalarPlace(reading.tree.source, node, 0, node.text.length);
    reading.problems.add('ETL-2046', 'the expression ends here, because " #" begins a comment in YAML', after);
  }
  const parent = findNode(reading.tree.root, path.slice(0, -1));
  if (node.plain && parent?.kind === 'list' && parent.flow && openParentheses(node.text) > 0) {
    problemAt(reading, 'ETL-2046', 'a comma ends an item of a list in [ ], and this one has an open parenthesis', path);
  }
  return node.text;
}

function openParentheses(text: string): number {
  const withoutStrings = text.replace(/'[^']*'|"[^"]*"/g, '');
  return withoutStrings.split('(').length - withoutStrings.split(')').length;
}

export const idForm = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;

export function checkId(reading: Reading, id: string, what: string, path: SpecPath, atKey: boolean): boolean {
  if (idForm.test(id)) return true;
  const message = `${quoted(id)} cannot be the name of ${what}`;
  const hint = 'a name is a letter and then letters, digits, _ and -, at most 63';
  (atKey ? problemAtKey : problemAt)(reading, 'ETL-2045', message, path, hint);
  return false;
}
