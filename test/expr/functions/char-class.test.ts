/** Case mapping of every code point and character classes of nearly every, against the server's. */
import { expect, test } from 'vitest';
import { classRanges, isAlnum, toLower, toUpper } from '../../../src/expr/functions/char-class.js';
import { testDatabase } from '../../support/test-database.js';

const database = await testDatabase();
const everyChar = 'FROM generate_series(1, 1114111) AS c WHERE c NOT BETWEEN 55296 AND 57343';

test('lower and upper of every character', async () => {
  for (const [name, map] of [
    ['lower', toLower],
    ['upper', toUpper],
  ] as const) {
    const rows = await database.query(`SELECT c, ascii(${name}(chr(c))) ${everyChar} AND ${name}(chr(c)) <> chr(c)`);
    const theirs = new Map(rows.map(([code, mapped]) => [Number(code), Number(mapped)]));
    const different: number[] = [];
    for (let code = 1; code <= 0x10ffff; code++) if (map.map(code) !== (theirs.get(code) ?? code)) different.push(code);
    expect(different).toEqual([]);
  }
});

/** The far planes are all alike: a sample of them. */
const isAsked = (code: number): boolean => code < 210_000 || (code > 917_000 && code < 918_500) || code % 97 === 0;
// OFFSET 0 keeps the planner from asking the pattern first.
const askedChar = `FROM (SELECT c ${everyChar} AND (c < 210000 OR (c > 917000 AND c < 918500) OR c % 97 = 0) OFFSET 0) a`;

test('members of every class', async () => {
  for (const name of [
    'alpha',
    'alnum',
    'digit',
    'upper',
    'lower',
    'space',
    'blank',
    'punct',
    'graph',
    'print',
    'cntrl',
    'xdigit',
  ]) {
    const rows = await database.query(
      `SELECT min(c), max(c) FROM (SELECT c, c - row_number() OVER (ORDER BY c) AS run ${askedChar} WHERE chr(c) ~ '[[:${name}:]]') r GROUP BY run`,
    );
    const theirs = new Uint8Array(0x110000);
    for (const [from, to] of rows) theirs.fill(1, Number(from), Number(to) + 1);
    const ours = new Uint8Array(0x110000);
    const ranges = classRanges(name)!;
    for (let i = 0; i < ranges.length; i += 2) ours.fill(1, ranges[i], ranges[i + 1]! + 1);
    for (let code = 0; code < ours.length; code++) if (code === 0 || !isAsked(code)) ours[code] = 0;
    ours.fill(0, 0xd800, 0xe000);
    expect(Buffer.compare(ours, theirs), name).toBe(0);
    if (name !== 'alnum') continue;
    for (let code = 1; code <= 0x10ffff; code++)
      if (isAsked(code) && (code < 0xd800 || code > 0xdfff) && isAlnum(code) !== (theirs[code] === 1))
        throw new Error(`isAlnum(${code})`);
  }
});
