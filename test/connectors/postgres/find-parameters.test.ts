import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findParameters, replaceParameters } from '../../../src/connectors/postgres/find-parameters.js';

test.each([
  ['a = :since', 'since'],
  [':a+:b_1', 'a b_1'],
  ["a::int = ':x' || :y", 'y'],
  ["E'it\\'s :x' || :y", 'y'],
  ["'it''s :x' || :y", 'y'],
  ['":x" = :y', 'y'],
  ['a -- :x\n= :y', 'y'],
  ['/* :x /* :z */ :w */ :y', 'y'],
  ['$$ :x $$ || :y', 'y'],
  ['$tag$ :x $$ $tag$ || :y', 'y'],
  ["name$x$ = :y AND $1 = ':z'", 'y'],
  ['a[1:2], a[x :: int : y]', ''],
  ['f(a := :y)', 'y'],
  ["fine'x :no' :y", 'y'],
  ["'open :x", ''],
  ['/* open :x', ''],
  ['$$ open :x', ''],
])('%s', (sql, names) => {
  expect(
    findParameters(sql)
      .map(({ name }) => name)
      .join(' '),
  ).toBe(names);
});

test('what is no parameter is kept to the letter, and every text ends', () => {
  const piece = fc.constantFrom(
    "'",
    '"',
    '$$',
    '$a$',
    '--',
    '\n',
    '/*',
    '*/',
    ':',
    '::',
    ':p',
    'E',
    "\\'",
    'x',
    ' ',
    ':=',
    '1',
    '🐘',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const sql = pieces.join('');
      expect(replaceParameters(sql, (name) => `:${name}`)).toBe(sql);
    }),
  );
});
