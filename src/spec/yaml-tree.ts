/**
 * A YAML document as a tree of ours: every node knows where it stands in the text.
 *
 * No node is shared or circular (aliases are expanded within a budget), keys are strings, and a scalar keeps both
 * its value and the text it was written as: `12345678901234567890` and `1.10` lose no digit.
 */
import type { Json } from '../connectors/connector.js';
import type { ErrorPlace } from '../errors/etl-error.js';
import type { SpecPath } from './job-spec.js';
import type { SourceText } from './source-text.js';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** The scalar's text after unquoting, unfolding and `${}`. */
  readonly text: string;
  /** Written without quotes: its type comes from its form. */
  readonly plain: boolean;
  readonly style: ScalarStyle;
  /** A `#` follows that YAML takes for a comment: its text. */
  readonly comment: string | null;
  /** Of a scalar with `${}`: the text before, and for each unit of `text` the unit of that text it came from. */
  readonly template?: { readonly text: string; readonly origins: Int32Array };
  /** A variable in it is missing, which has been said: what it means is not known, so nothing more is said about it. */
  readonly isBroken?: boolean;
}

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded';

export interface MapNode extends Span {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, { readonly key: Span; readonly node: YamlNode }>;
}

export interface ListNode extends Span {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  /** `[a, b]` rather than lines with dashes. */
  readonly flow: boolean;
}

export type YamlNode = ScalarNode | MapNode | ListNode;

export interface YamlTree {
  readonly source: SourceText;
  readonly root: YamlNode;
}

export function findNode(root: YamlNode, path: SpecPath): YamlNode | null {
  let node: YamlNode | undefined = root;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.node;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return null;
  }
  return node ?? null;
}

/** The node as plain JSON. */
export function toValue(node: YamlNode): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toValue);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toValue(entry.node)]));
  }
}

/** The same tree with every scalar mapped; `visit` gets the path. */
export function mapScalars(
  node: YamlNode,
  visit: (scalar: ScalarNode, path: SpecPath) => ScalarNode,
  path: SpecPath = [],
): YamlNode {
  switch (node.kind) {
    case 'scalar':
      return visit(node, path);
    case 'list':
      return { ...node, items: node.items.map((item, index) => mapScalars(item, visit, [...path, index])) };
    case 'map': {
      const entries = [...node.entries].map(
        ([key, entry]) => [key, { ...entry, node: mapScalars(entry.node, visit, [...path, key]) }] as const,
      );
      return { ...node, entries: new Map(entries) };
    }
  }
}

/** Where a value stands; where it is missing, the nearest key or block that contains it. */
export function placeOf(tree: YamlTree, path: SpecPath): ErrorPlace {
  for (let length = path.length; length > 0; length--) {
    const node = findNode(tree.root, path.slice(0, length));
    // A missing or empty value, or a block of many lines, is best shown by its key.
    if (node !== null && node.kind === 'scalar' && node.end > node.start && length === path.length)
      return tree.source.place(node.start, node.end);
    const key = keySpan(tree, path.slice(0, length));
    if (key !== null) return tree.source.place(key.start, key.end);
    if (node !== null) return tree.source.place(node.start, node.end);
  }
  return tree.source.place(tree.root.start);
}

/** Where the key of the last step of a path stands. */
export function placeOfKey(tree: YamlTree, path: SpecPath): ErrorPlace {
  const key = keySpan(tree, path);
  return key === null ? placeOf(tree, path) : tree.source.place(key.start, key.end);
}

function keySpan(tree: YamlTree, path: SpecPath): Span | null {
  const parent = findNode(tree.root, path.slice(0, -1));
  return (parent?.kind === 'map' ? parent.entries.get(String(path.at(-1)))?.key : null) ?? null;
}

/** The core schema's value; a number that a double cannot hold stays its own text. */
export function scalarValue(value: unknown, text: string): ScalarNode['value'] {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : text;
  // A spec is JSON, which has no -0.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : text;
  return typeof value === 'boolean' || typeof value === 'string' || value === null ? value : text;
}
