/**
 * The text of a configuration file as flat entries, in file order.
 *
 * Keys may be flat or nested, or both: `taskmanager.memory.process.size: 16g` is the same as
 * `taskmanager: {memory: {process.size: 16g}}`. Values stay text (`1728m`, `007`, `no` mean what is written); a list
 * becomes its items joined by commas; nothing at all is the empty text. Aliases and tags are refused: a flat list of values needs none.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml';
import { EtlError } from '../errors/etl-error.js';

export interface ConfEntry {
  readonly key: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const MAX_TEXT = 1 << 20;

export function parseConfText(text: string, file: string): ConfEntry[] {
  if (text.length > MAX_TEXT) throw new EtlError('ETL-1012', `${file} is larger than 1 MiB`, { at: { file } });
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
  });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, excerpt: text.split('\n')[line - 1]?.replace(/\r$/, '') };
  };
  const refuse = (message: string, offset: number) =>
    new EtlError('ETL-1012', `${file}: ${message}`, { at: place(offset) });
  const problem = document.errors[0] ?? document.warnings[0]; // an unknown tag is a warning to the parser
  if (problem !== undefined) throw refuse(problem.message, problem.pos[0]);

  const entries: ConfEntry[] = [];
  const visit = (node: Node | null, path: readonly string[], offset: number): void => {
    if (isAlias(node)) throw refuse('aliases are not allowed here', offset);
    if (isMap(node)) {
      if (path.length > 20) throw refuse('too deeply nested', offset);
      for (const pair of node.items as Pair<Node, Node | null>[]) {
        const at = pair.key.range?.[0] ?? offset;
        if (!isScalar(pair.key)) throw refuse('a key must be a word', at);
        visit(pair.value, [...path, String(pair.key.value)], at);
      }
      return;
    }
    if (path.length === 0) {
      if (isScalar(node) && String(node.value).trim() === '') return;
      if (node === null) return;
      throw refuse('expected lines of the form "key: value"', offset);
    }
    const { line, col } = lines.linePos(offset);
    entries.push({
      key: path.join('.'),
      text: valueText(node, () => refuse(`the value of ${path.join('.')} is not a word or a list of words`, offset)),
      line,
      column: col,
    });
  };
  visit(document.contents, [], 0);
  return entries;
}

function valueText(node: Node | null, refuse: () => EtlError): string {
  if (node === null) return '';
  if (isScalar(node)) return String(node.value ?? '');
  if (isSeq(node) && node.items.every((item) => isScalar(item)))
    return node.items.map((item) => String(item.value)).join(',');
  throw refuse();
}
