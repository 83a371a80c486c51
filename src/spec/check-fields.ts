/**
 * One block of the file against its zod object: the typed value, or problems that point at keys and values.
 *
 * A value that came from `${VAR}` without quotes takes the type that the field wants: with PASSWORD=12345 the password
 * is text, with WORKERS=4 the parallelism is a number.
 */
import { z } from 'zod';
import type { Json } from '../connectors/connector.js';
import type { ErrorCode } from '../errors/registry.js';
import { didYouMeanHint } from '../errors/did-you-mean.js';
import type { SpecPath } from './job-spec.js';
import type { Problems } from './problems.js';
import { quoted } from './source-text.js';
import { findNode, placeOf, placeOfKey, toValue, type MapNode, type YamlNode, type YamlTree } from './yaml-tree.js';

/** A map of the file that is being checked, and what messages call it: `sink "cache"`. */
export interface Block {
  readonly tree: YamlTree;
  readonly path: SpecPath;
  readonly node: MapNode;
  readonly what: string;
}

/** The block at a path; null, and a problem, when it is not a map. */
export function openBlock(tree: YamlTree, path: SpecPath, what: string, problems: Problems): Block | null {
  const node = findNode(tree.root, path);
  if (node?.kind === 'map') return { tree, path, node, what };
  problems.add(
    'ETL-2042',
    `${what} must be a map, not ${node === null ? 'nothing' : kindOf(node)}`,
    placeOf(tree, path),
  );
  return null;
}

/** Checks the keys of the block that `keys` allows (all, by default). `known` are all keys that make sense there, for suggestions. */
export function checkFields<Schema extends z.ZodObject>(
  block: Block,
  schema: Schema,
  problems: Problems,
  keys: (key: string) => boolean = () => true,
  known: readonly string[] = Object.keys(schema.shape),
): z.output<Schema> | null {
  const entries = [...block.node.entries].filter(([key]) => keys(key));
  const node: MapNode = { ...block.node, entries: new Map(entries) };
  let result = schema.safeParse(toValue(node));
  if (!result.success) {
    const retyped = asText(node, result.error.issues);
    if (retyped !== null) result = schema.safeParse(retyped);
  }
  if (result.success) return result.data;
  for (const issue of result.error.issues)
    new IssueReport(block, schema, known, problems).report(issue, issue.path as SpecPath);
  return null;
}

/** The block's value with the environment's scalars at the failed places as text; null when there are none. */
function asText(node: MapNode, issues: readonly z.core.$ZodIssue[]): Json | null {
  const value = toValue(node);
  let changed = false;
  for (const path of issues.flatMap((issue) => issuePaths(issue, []))) {
    const scalar = findNode(node, path);
    if (scalar?.kind !== 'scalar' || scalar.template === undefined || typeof scalar.value === 'string') continue;
    const parent = path
      .slice(0, -1)
      .reduce((inner: unknown, step) => (inner as Record<string | number, unknown>)[step], value);
    (parent as Record<string | number, unknown>)[path.at(-1)!] = scalar.text;
    changed = true;
  }
  return changed ? value : null;
}

function issuePaths(issue: z.core.$ZodIssue, prefix: SpecPath): SpecPath[] {
  const path = [...prefix, ...(issue.path as SpecPath)];
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().flatMap((branch) => issuePaths(branch, path)) : [];
  return [path, ...inner];
}

class IssueReport {
  private readonly block: Block;
  private readonly schema: z.ZodObject;
  private readonly known: readonly string[];
  private readonly problems: Problems;

  constructor(block: Block, schema: z.ZodObject, known: readonly string[], problems: Problems) {
    this.block = block;
    this.schema = schema;
    this.known = known;
    this.problems = problems;
  }

  report(issue: z.core.$ZodIssue, path: SpecPath): void {
    const node = findNode(this.block.node, path);
    if (node?.kind === 'scalar' && node.isBroken === true) return;
    const subject = this.subject(path);
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys) this.unknownField(key, path);
        return;
      case 'invalid_type':
        if (node === null) return this.missing(path);
        return this.add(
          'ETL-2042',
          `${subject} must be ${typeWords[issue.expected] ?? issue.expected}, not ${kindOf(node)}`,
          path,
        );
      case 'invalid_value':
        return this.invalidValue(issue.values.map(String), path, node);
      case 'too_small':
        if (issue.origin === 'string' || issue.origin === 'array')
          return this.add('ETL-2042', `${subject} is empty`, path);
        return this.add('ETL-2044', `${subject} must be at least ${issue.minimum}`, path);
      case 'too_big':
        return this.add('ETL-2044', `${subject} must be at most ${issue.maximum}`, path);
      case 'invalid_union':
        return this.union(issue, path, node);
      case 'invalid_key':
        return this.problems.add(
          'ETL-2045',
          `${subject}: ${issue.issues[0]?.message ?? issue.message}`,
          placeOfKey(this.block.tree, this.full(path)),
        );
      default: {
        const isUnit = issue.code === 'custom' && issue.params?.unit === true;
        return this.add(isUnit ? 'ETL-2044' : 'ETL-2043', sentence(subject, issue.message), path);
      }
    }
  }

  private unknownField(key: string, path: SpecPath): void {
    const known = path.length === 0 ? this.known : keysAt(this.schema, path);
    const where = path.length === 0 ? this.block.what : this.subject(path);
    const place = placeOfKey(this.block.tree, this.full([...path, key]));
    this.problems.add(
      'ETL-2041',
      `unknown field ${quoted(key)} in ${where}`,
      place,
      didYouMeanHint(key, known) ?? listHint(known),
    );
  }

  private missing(path: SpecPath): void {
    const parent = path.length <= 1 ? this.block.what : this.subject(path.slice(0, -1));
    const hint = descriptionAt(this.schema, path);
    this.problems.add(
      'ETL-2040',
      `${parent} needs ${quoted(String(path.at(-1)))}`,
      placeOfKey(this.block.tree, this.full(path.slice(0, -1))),
      hint,
    );
  }

  private invalidValue(values: readonly string[], path: SpecPath, node: YamlNode | null): void {
    if (node === null) return this.missing(path);
    const hint = node.kind === 'scalar' ? didYouMeanHint(node.text, values) : undefined;
    this.add('ETL-2043', `${this.subject(path)} must be ${listOf(values)}`, path, hint);
  }

  /** The alternative that the value was probably meant to be: one of its own kind with the fewest complaints. */
  private union(issue: z.core.$ZodIssueInvalidUnion, path: SpecPath, node: YamlNode | null): void {
    if (node === null) return this.missing(path);
    const isKindOf = (branch: readonly z.core.$ZodIssue[]) =>
      !branch.some(({ path: at, code }) => at.length === 0 && (code === 'invalid_type' || code === 'invalid_value'));
    const [best] = issue.errors.filter(isKindOf).sort((a, b) => a.length - b.length);
    const unknownKeys = best?.filter(({ path: at, code }) => at.length === 0 && code === 'unrecognized_keys') ?? [];
    const isOwnMessage = issue.message !== 'Invalid input';
    if (best !== undefined && (unknownKeys.length === 0 || !isOwnMessage)) {
      // With a wrong key, that another one is missing goes without saying.
      for (const inner of unknownKeys.length > 0 ? unknownKeys : best)
        this.report(inner, [...path, ...(inner.path as SpecPath)]);
      return;
    }
    if (isOwnMessage) return this.add('ETL-2043', sentence(this.subject(path), issue.message), path);
    const expected = [...new Set(issue.errors.flat().flatMap(expectedWords))];
    const hint = node.kind === 'scalar' ? didYouMeanHint(node.text, expected) : undefined;
    const got = node.kind === 'scalar' && typeof node.value === 'string' ? '' : `, not ${kindOf(node)}`;
    this.add(
      'ETL-2042',
      `${this.subject(path)} must be ${listOf(expected)}${got}`,
      path,
      hint ?? descriptionAt(this.schema, path),
    );
  }

  private subject(path: SpecPath): string {
    if (path.length === 0) return this.block.what;
    const name = path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
    return `${quoted(name)} of ${this.block.what}`;
  }

  private add(code: ErrorCode, message: string, path: SpecPath, hint?: string): void {
    this.problems.add(code, message, placeOf(this.block.tree, this.full(path)), hint);
  }

  private full(path: SpecPath): SpecPath {
    return [...this.block.path, ...path];
  }
}

function expectedWords(issue: z.core.$ZodIssue): string[] {
  if (issue.path.length > 0) return [];
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_type' ? [typeWords[issue.expected] ?? issue.expected] : [];
}

/** A connector's message is a sentence's end (`must be …`) or a sentence of its own. */
function sentence(subject: string, message: string): string {
  return /^(?:must|has|is|needs|cannot|takes)\b/.test(message) ? `${subject} ${message}` : `${subject}: ${message}`;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  null: 'null',
};

export function kindOf(node: YamlNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return 'text';
  return typeof node.value === 'number' ? 'a number' : 'true or false';
}

/** `a, b or c`. */
export function listOf(words: readonly string[]): string {
  return words.length <= 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function listHint(known: readonly string[]): string | undefined {
  return known.length === 0 || known.length > 24 ? undefined : `known: ${known.join(', ')}`;
}

/** The keys of the map at a path of a schema; of all alternatives where there are several. */
function keysAt(schema: z.ZodObject, path: SpecPath): string[] {
  return schemasAt(schema, path).flatMap((inner) => (inner instanceof z.ZodObject ? Object.keys(inner.shape) : []));
}

function descriptionAt(schema: z.ZodObject, path: SpecPath): string | undefined {
  return schemasAt(schema, path, false).find((inner) => inner.description !== undefined)?.description;
}

function schemasAt(schema: z.ZodObject, path: SpecPath, unwrapLast = true): z.ZodType[] {
  let current: z.ZodType[] = [schema];
  for (const [depth, step] of path.entries()) {
    current = current.flatMap(unwrap).flatMap((inner): z.ZodType[] => {
      if (inner instanceof z.ZodObject) return step in inner.shape ? [inner.shape[step] as z.ZodType] : [];
      if (inner instanceof z.ZodArray) return [inner.element as z.ZodType];
      if (inner instanceof z.ZodRecord) return [inner.valueType as z.ZodType];
      return [];
    });
    if (depth === path.length - 1 && !unwrapLast) return [...current, ...current.flatMap(unwrap)];
  }
  return current.flatMap(unwrap);
}

function unwrap(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return unwrap(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType);
  if (schema instanceof z.ZodUnion) return (schema.options as readonly z.ZodType[]).flatMap(unwrap);
  return [schema];
}
