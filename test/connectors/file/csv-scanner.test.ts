import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldText } from '../../../src/connectors/file/csv-rows.js';
import { CsvScanner } from '../../../src/connectors/file/csv-scanner.js';

/** All records of a text that arrives in windows of at most `step` new bytes, as RowSlab gives them. */
function records(text: string, step: number): { fields: string[]; problem: string | null; lines: number }[] {
  const bytes = Buffer.from(text);
  const scanner = new CsvScanner(44, 34);
  const found = [];
  let at = 0;
  for (let end = Math.min(step, bytes.length); ; end = Math.min(end + step, bytes.length)) {
    const ended = end === bytes.length;
    for (let behind; (behind = scanner.next(bytes, at, end, ended)) >= 0; at = behind) {
      const fields = Array.from({ length: scanner.count }, (_, i) => fieldText(scanner, bytes, i, 34));
      found.push({ fields, problem: scanner.problem, lines: scanner.lines });
    }
    if (ended) return found;
  }
}

const value = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' ', '\r\n', '1') });
const cell = fc.oneof(
  value.map((text) => ({ text, written: `"${text.replaceAll('"', '""')}"` })),
  fc.string({ unit: fc.constantFrom('a', 'é', ' ', '1') }).map((text) => ({ text, written: text })),
);

test('reads what csv-parse reads, however the bytes arrive', () => {
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      table,
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 12 }),
      (rows, eol, last, step) => {
        const text = rows.map((row) => row.map((field) => field.written).join(',')).join(eol) + (last ? eol : '');
        const expected = parse(text, { relax_column_count: true, record_delimiter: ['\r\n', '\n'] });
        expect(records(text, step).map((record) => record.fields)).toEqual(expected);
        expect(expected).toEqual(rows.map((row) => row.map((field) => field.text)));
      },
    ),
  );
});

test('any bytes are cut into the same records however they arrive, and nothing is lost', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r') }),
      fc.integer({ min: 1, max: 5 }),
      (text, step) => {
        const whole = records(text, text.length + 1);
        expect(records(text, step)).toEqual(whole);
        const ended =
          whole.length === 0 || (text.endsWith('\n') && whole.at(-1)!.problem !== 'a quoted field is not closed');
        const lines = text.split('\n').length - 1 + (ended ? 0 : 1);
        expect(whole.reduce((sum, record) => sum + record.lines, 0)).toBe(lines);
      },
    ),
  );
});

test('a quote inside an unquoted field stands for itself', () => {
  expect(records('5" pipe,a"b"\n', 100)).toEqual([{ fields: ['5" pipe', 'a"b"'], problem: null, lines: 1 }]);
});

test('a broken record is passed over as a line', () => {
  expect(records('"a"b,c\n1,2\n', 100)).toEqual([
    { fields: ['a'], problem: 'text stands behind the closing quote of a field', lines: 1 },
    { fields: ['1', '2'], problem: null, lines: 1 },
  ]);
  expect(records('1,"2\n3', 2).map((record) => record.problem)).toEqual(['a quoted field is not closed']);
});
