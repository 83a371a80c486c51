/** jsonb's way of writing JSON against a naive version: parse, sort the keys by length and bytes, print. Seeds are fast-check's. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/columnar/byte-writer.js';
import { jsonbWriter } from '../../src/columnar/jsonb-text.js';

const write = jsonbWriter();

function jsonbOf(text: string): string {
  const bytes = Buffer.from(text);
  const out = new ByteWriter(1);
  write(bytes, 0, bytes.length, out);
  return out.view().toString();
}

type Tree = null | boolean | number | string | Tree[] | Map<string, Tree>;

function printNaively(tree: Tree): string {
  if (Array.isArray(tree)) return `[${tree.map(printNaively).join(', ')}]`;
  if (!(tree instanceof Map)) return JSON.stringify(tree);
  const bytes = (key: string): Buffer => Buffer.from(key);
  const members = [...tree].sort(([a], [b]) => bytes(a).length - bytes(b).length || Buffer.compare(bytes(a), bytes(b)));
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${printNaively(value)}`).join(', ')}}`;
}

/** JSON text that may repeat keys, and the tree it stands for. */
const { node } = fc.letrec<{ node: { text: string; tree: Tree } }>((tie) => {
  const leaf = fc
    .oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.string({ unit: 'grapheme' }).filter((s) => !s.includes('\0')),
    )
    .map((value) => ({ text: JSON.stringify(value), tree: value as Tree }));
  const key = fc.oneof(
    fc.constantFrom('a', 'b', 'aa', 'é', '', '"', '\n\\'),
    fc.string({ maxLength: 3 }).filter((s) => !s.includes('\0')),
  );
  const list = fc.array(tie('node'), { maxLength: 4 }).map((items) => ({
    text: `[${items.map((item) => item.text).join(' , ')}]`,
    tree: items.map((item) => item.tree),
  }));
  const object = fc.array(fc.tuple(key, tie('node')), { maxLength: 50 }).map((members) => ({
    text: `{${members.map(([name, value]) => ` ${JSON.stringify(name)} :${value.text}`).join(',')}}`,
    tree: new Map(members.map(([name, value]) => [name, value.tree])),
  }));
  return { node: fc.oneof({ depthSize: 'small' }, leaf, list, object) };
});

test('any value', () => {
  fc.assert(
    fc.property(node, ({ text, tree }) => {
      expect(jsonbOf(text)).toBe(printNaively(tree));
    }),
  );
});

test('many keys in disorder', () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => `k${(i * 7919) % 15_000}`);
  const text = `{"x": {${keys.map((key, i) => `"${key}": ${i}`).join(',')}}, "a": 1}`;
  const tree: Tree = new Map<string, Tree>([
    ['x', new Map(keys.map((key, i) => [key, i]))],
    ['a', 1],
  ]);
  expect(jsonbOf(text)).toBe(printNaively(tree));
});

test('what was written before a value that is refused is gone', () => {
  expect(() => jsonbOf('{"a": ["b", {"c": "\\ud800"}]}')).toThrow('half of a Unicode surrogate pair');
  expect(() => jsonbOf('{"a": [1')).toThrow('invalid input syntax for type json');
  expect(jsonbOf('{"b": "\\u00e9\\n", "a": [1.50, {}]}')).toBe('{"a": [1.50, {}], "b": "é\\n"}');
});
