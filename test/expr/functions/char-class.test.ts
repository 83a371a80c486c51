/** Case mapping and character classes of every code point, against the server's. */
import { expect, test } from 'vitest';
import { classRanges, isAlnum, toLower, toUpper } from '../../../src/expr/functions/char-class.js';
import { testDatabase } from '../../support/test-database.js';

const database = await testDatabase();
const everyChar = 'FROM generate_series(1, 1114111) AS c WHERE c NOT BETWEEN 55296 AND 57343';

test('lower and upper of every character', async () => {
  for (const [name, map] of [['lower', toLower], ['upper', toUpper]] as const) {
    const rows = await database.query(`SELECT c, ascii(${name}(chr(c))) ${everyChar} AND ${name}(chr(c)) <> chr(c)`);
    const theirs = new Map(rows.map(([code, mapped]) => [Number(code), Number(mapped)]));
    const different: number[] = [];
    for (let code = 1; code <= 0x10ffff; code++) if (map.map(code) !== (theirs.get(code) ?? code)) different.push(code);
    expect(different).toEqual([]);
  }
}); // prettier-ignore

test('members of every class', async () => {
  for (const name of ['alpha', 'alnum', 'digit', 'upper', 'lower', 'space', 'blank', 'punct', 'graph', 'print', 'cntrl', 'xdigit']) {
    const rows = await database.query(`SELECT c ${everyChar} AND chr(c) ~ '[[:${name}:]]'`);
    const theirs = new Uint8Array(0x110000);
    for (const [code] of rows) theirs[Number(code)] = 1;
    const ours = new Uint8Array(0x110000);
    const ranges = classRanges(name)!;
    for (let i = 0; i < ranges.length; i += 2) ours.fill(1, ranges[i], ranges[i + 1]! + 1);
    ours[0] = 0;
    ours.fill(0, 0xd800, 0xe000);
    expect(Buffer.compare(ours, theirs), name).toBe(0);
    if (name !== 'alnum') continue;
    for (let code = 1; code <= 0x10ffff; code++) if ((code < 0xd800 || code > 0xdfff) && isAlnum(code) !== (theirs[code] === 1)) throw new Error(`isAlnum(${code})`);
  }
});
