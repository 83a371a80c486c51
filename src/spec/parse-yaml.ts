/**
 * Text → `YamlTree`, or everything that is wrong with it. A hostile text costs no more than a long one.
 *
 * Only the part of YAML that a job file needs: one document of maps with text keys, lists and scalars of the core
 * schema. Refused: tags, directives, merge keys, keys of `Object.prototype`, duplicate keys, further documents.
 * Anchors and aliases are fine as long as the expanded tree stays small.
 *
 * Depth, token count and the length of scalars are checked while tokens arrive, because composing nodes is recursive, its
 * uniqueness check quadratic, and a folded scalar costs many times its length: none sees more than the limits allow.
 */
import {
  Composer,
  Lexer,
  Parser,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type CST,
  type ParsedNode,
  type Scalar,
  type YAMLError,
} from 'yaml';
import { EtlError } from '../errors/etl-error.js';
import type { ErrorCode } from '../errors/registry.js';
import { Problems } from './problems.js';
import { quoted, type SourceText } from './source-text.js';
import {
  scalarValue,
  type MapNode,
  type ScalarNode,
  type ScalarStyle,
  type Span,
  type YamlNode,
  type YamlTree,
} from './yaml-tree.js';

const DEEPEST = 64;
/** Parts of the syntax, spaces and line ends included: some 4,000 lines. A token costs half a kilobyte. */
const MOST_TOKENS = 30_000;
const MOST_WRONG_TOKENS = 20;
const MOST_NODES = 50_000;
const LONGEST_SCALAR = 64 << 10;

export function parseYaml(source: SourceText): YamlTree {
  const problems = new Problems();
  const composer = new Composer({
    intAsBigInt: true,
    uniqueKeys: false,
    prettyErrors: false,
    resolveKnownTags: false,
    merge: false,
    logLevel: 'silent',
  });
  const [document] = composer.compose(readTokens(source), true, source.text.length);
  // Only the first: what comes after it is mostly the parser finding its feet again.
  const [error] = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0]);
  if (error !== undefined) reportSyntax(source, error, problems);
  problems.throwIfAny();
  const root =
    document.contents === null ? null : new TreeBuilder(source, problems).build(document.contents as ParsedNode, 0);
  problems.throwIfAny();
  return { source, root: root ?? emptyMap };
}

const emptyMap: MapNode = { kind: 'map', entries: new Map(), start: 0, end: 0 };

function* readTokens(source: SourceText): Generator<CST.Token> {
  const parser = new Parser();
  const refuse = (code: ErrorCode, message: string, start: number, end?: number) =>
    new EtlError(code, message, { at: source.place(start, end) });
  let tokenCount = 0;
  let documentCount = 0;
  const wrong: number[] = [];
  let before = '';
  for (const lexeme of new Lexer().lex(source.text)) {
    const { offset } = parser;
    if (lexeme.length > LONGEST_SCALAR && (before === scalarMark || /^["']/.test(lexeme)))
      throw refuse('ETL-2003', 'a value is longer than 64 KiB', offset);
    before = lexeme;
    for (const token of parser.next(lexeme)) {
      if (token.type === 'directive')
        throw refuse('ETL-2005', 'directives (%) are not allowed', token.offset, token.offset + token.source.length);
      if (token.type === 'error' && wrong.push(token.offset) > MOST_WRONG_TOKENS)
        throw refuse('ETL-2002', 'YAML does not expect this here', wrong[0]);
      if (token.type === 'document') documentCount++;
      yield token;
    }
    if (documentCount > 0 && parser.stack[0]?.type === 'document') {
      const { offset: start } = parser.stack[0];
      throw refuse('ETL-2005', 'a second document begins here; a job file is one document', start, start + 3);
    }
    if (parser.stack.length > DEEPEST) throw refuse('ETL-2003', `nested more than ${DEEPEST} levels deep`, offset);
    if (++tokenCount > MOST_TOKENS)
      throw refuse('ETL-2003', 'the file has more parts than a job file may have', offset);
  }
  yield* parser.end();
}

/** What the lexer says before a scalar that is plain or a block. */
const scalarMark = '\u001f';

function reportSyntax(source: SourceText, error: YAMLError, problems: Problems): void {
  const [start, end] = error.pos;
  const { code, message, hint } = syntaxMessage(source, error);
  problems.add(code, message, source.place(start, end), hint);
}

function syntaxMessage(source: SourceText, error: YAMLError): { code: ErrorCode; message: string; hint?: string } {
  const line = source.place(error.pos[0]).excerpt ?? '';
  switch (error.code) {
    case 'TAG_RESOLVE_FAILED':
      return { code: 'ETL-2005', message: 'tags (!) are not allowed', hint: 'quote the value if it begins with "!"' };
    case 'TAB_AS_INDENT':
      return { code: 'ETL-2002', message: 'a tab is used as indentation', hint: 'indent with spaces' };
    case 'KEY_OVER_1024_CHARS':
      return { code: 'ETL-2002', message: 'a key is longer than 1024 characters' };
    case 'RESOURCE_EXHAUSTION':
      return { code: 'ETL-2003', message: 'the file is too deep or too long' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { code: 'ETL-2002', message: 'a second ": " in one value', hint: 'quote the value: "…"' };
    default: {
      const message = error.code === 'UNEXPECTED_TOKEN' ? 'YAML does not expect this here' : ownSentence(error.message);
      const isOpenVariable = /(^|[\s[{,])[^"'#]*\$\{/.test(line);
      const hint = isOpenVariable
        ? 'inside { } and [ ], quote a value that holds ${…}'
        : /:\s+[@`%&*!|>"']/.test(line)
          ? 'quote the value: "…"'
          : undefined;
      return { code: 'ETL-2002', message, hint };
    }
  }
}

/** The parser's own sentence, without the parts of the text it may quote. */
function ownSentence(message: string): string {
  const first = message.split('\n')[0].replace(/: .{80,}$/, '');
  return first.charAt(0).toLowerCase() + first.slice(1);
}

/** Expands aliases, checks keys, and carries the budget of nodes. */
class TreeBuilder {
  private readonly source: SourceText;
  private readonly problems: Problems;
  private readonly anchors = new Map<string, ParsedNode>();
  private left = MOST_NODES;
  /** The outermost alias that is being expanded: what is to blame when the budget ends. */
  private alias: Span | null = null;

  constructor(source: SourceText, problems: Problems) {
    this.source = source;
    this.problems = problems;
  }

  build(node: ParsedNode, depth: number): YamlNode {
    const span = { start: node.range[0], end: node.range[1] };
    if (--this.left < 0)
      throw new EtlError('ETL-2003', 'the file has more values than a job file may have (aliases count each time)', {
        at: this.place(this.alias ?? span),
      });
    if (depth > DEEPEST)
      throw new EtlError('ETL-2003', `aliases nest more than ${DEEPEST} levels deep`, {
        at: this.place(this.alias ?? span),
      });
    if (isAlias(node)) {
      const target = this.anchors.get(node.source);
      if (target !== undefined) return this.expand(target, span, depth);
      this.problems.add('ETL-2002', `the alias *${node.source.slice(0, 40)} has no anchor before it`, this.place(span));
      return nullScalar(span);
    }
    if (node.tag !== undefined) {
      const mark = this.source.text.lastIndexOf('!', span.start);
      const start = this.source.text[mark - 1] === '!' ? mark - 1 : Math.max(0, mark);
      this.problems.add(
        'ETL-2005',
        'tags (!) are not allowed',
        this.place({ start, end: span.start }),
        'quote the value if it begins with "!"',
      );
    }
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (isMap(node)) return this.buildMap(node.items, span, depth);
    if (isSeq(node)) {
      return {
        kind: 'list',
        ...span,
        flow: node.flow === true,
        items: (node.items as ParsedNode[]).map((item) => this.build(item, depth + 1)),
      };
    }
    return this.buildScalar(node, span);
  }

  private expand(target: ParsedNode, span: Span, depth: number): YamlNode {
    const outer = this.alias;
    this.alias ??= span;
    const node = this.build(target, depth + 1);
    this.alias = outer;
    return node;
  }

  private buildMap(items: readonly { key: unknown; value: unknown }[], span: Span, depth: number): MapNode {
    const entries = new Map<string, { key: Span; node: YamlNode }>();
    for (const { key: keyNode, value } of items) {
      const key = keyNode as ParsedNode;
      const keySpan = { start: key.range[0], end: Math.max(key.range[1], key.range[0] + 1) };
      const name = this.checkKey(key, keySpan);
      const node =
        value === null
          ? nullScalar({ start: keySpan.end, end: keySpan.end })
          : this.build(value as ParsedNode, depth + 1);
      if (name === null) continue;
      if (entries.has(name))
        this.problems.add('ETL-2006', `the key ${quoted(name)} stands twice in this map`, this.place(keySpan));
      else entries.set(name, { key: keySpan, node });
    }
    return { kind: 'map', ...span, entries };
  }

  private checkKey(key: ParsedNode, span: Span): string | null {
    if (!isScalar(key)) {
      this.problems.add('ETL-2005', 'a key must be plain text', this.place(span));
      return null;
    }
    const name = key.source ?? String(key.value);
    if (name === '<<')
      this.problems.add('ETL-2005', 'merge keys (<<) are not allowed', this.place(span), 'write the keys out');
    else if (forbiddenKeys.has(name))
      this.problems.add('ETL-2005', `the key ${quoted(name)} is not allowed`, this.place(span));
    else if (key.anchor !== undefined) this.problems.add('ETL-2005', 'a key may not have an anchor', this.place(span));
    else return name;
    return null;
  }

  private buildScalar(node: ParsedNode, span: Span): ScalarNode {
    const scalar = node as Scalar.Parsed;
    const text = typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? '');
    if (text.length > LONGEST_SCALAR) {
      this.problems.add(
        'ETL-2003',
        'a value is longer than 64 KiB',
        this.place({ start: span.start, end: span.start + 1 }),
      );
    }
    const style = styles[String(scalar.type)] ?? 'plain';
    return {
      kind: 'scalar',
      ...span,
      value: scalarValue(scalar.value, text),
      text,
      style,
      plain: style === 'plain',
      comment: scalar.comment ?? null,
    };
  }

  private place({ start, end }: Span) {
    return this.source.place(start, end);
  }
}

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const styles: Readonly<Record<string, ScalarStyle>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

function nullScalar(span: Span): ScalarNode {
  return { kind: 'scalar', ...span, value: null, text: '', style: 'plain', plain: true, comment: null };
}
