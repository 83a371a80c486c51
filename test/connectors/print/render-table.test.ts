import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellTexts } from '../../../src/connectors/print/cell-text.js';
import { renderTable } from '../../../src/connectors/print/render-table.js';
import { textWidth } from '../../../src/text/text-width.js';
import { batchOf } from '../../columnar/cells.js';

const people = batchOf(
  { id: { kind: 'int64' }, name: { kind: 'text' }, note: { kind: 'text' }, score: { kind: 'float64' } },
  ['1', 'Ada', 'a\nline, \u001b[31mred\u001b[0m, \u202eevil', '1.5'],
  ['22', '名前', null, null],
  ['9223372036854775807', 'emoji 🎉', 'a longer text than the others, which is cut where there is no room', '-0.25'],
);
const names = people.schema.fields.map(({ name }) => name);
const rows = [0, 1, 2].map((row) => cellTexts(people)(row));

function table(columns: number | null, total = 3, isAscii = false): string {
  return `\n${renderTable({ names, alignRight: [true, false, false, true], columns, isAscii }, rows, total)}`;
}

test('a table is as wide as its cells, and obeys nothing that is in them', () => {
  expect(table(null)).toMatchInlineSnapshot(`
    "
                      id │ name     │ note                                                               │ score
    ─────────────────────┼──────────┼────────────────────────────────────────────────────────────────────┼───────
                       1 │ Ada      │ a\\nline, \\u{1b}[31mred\\u{1b}[0m, \\u{202e}evil                      │   1.5
                      22 │ 名前     │ NULL                                                               │  NULL
     9223372036854775807 │ emoji 🎉 │ a longer text than the others, which is cut where there is no room │ -0.25
    3 rows
    "
  `);
});

test('in a terminal the widest columns are cut, then those in the middle left out', () => {
  expect(table(80)).toMatchInlineSnapshot(`
    "
                      id │ name     │ note                                  │ score
    ─────────────────────┼──────────┼───────────────────────────────────────┼───────
                       1 │ Ada      │ a\\nline, \\u{1b}[31mred\\u{1b}[0m, \\u{… │   1.5
                      22 │ 名前     │ NULL                                  │  NULL
     9223372036854775807 │ emoji 🎉 │ a longer text than the others, which… │ -0.25
    3 rows
    "
  `);
  expect(table(40, 1_440_000)).toMatchInlineSnapshot(`
    "
           id │ name     │ note     │ score
    ──────────┼──────────┼──────────┼───────
            1 │ Ada      │ a\\nline… │   1.5
           22 │ 名前     │ NULL     │  NULL
     9223372… │ emoji 🎉 │ a longe… │ -0.25
    3 of 1,440,000 rows
    "
  `);
  expect(table(24, 3, true)).toMatchInlineSnapshot(`
    "
             id | ~ | score
    ------------+---+-------
              1 | ~ |   1.5
             22 | ~ |  NULL
     922337203~ | ~ | -0.25
    3 rows, 2 of 4 columns
    "
  `);
});

test('no rows are a table too', () => {
  expect(`\n${renderTable({ names: ['id'], alignRight: [true], columns: 80, isAscii: false }, [], 0)}`)
    .toMatchInlineSnapshot(`
    "
     id
    ────
    0 rows
    "
  `);
});

test('no line is wider than the terminal', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
  const shape = fc.integer({ min: 1, max: 12 }).chain((width) =>
    fc.record({
      names: fc.array(cell, { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 5 }),
      columns: fc.integer({ min: 20, max: 200 }),
    }),
  );
  fc.assert(
    fc.property(shape, ({ names: given, rows: cells, columns }) => {
      const texts = cells.map((row) => row.map((text) => cellTexts(batchOf({ t: { kind: 'text' } }, [text]))(0)[0]!));
      const text = renderTable({ names: given, alignRight: given.map(() => false), columns, isAscii: false }, texts, 5);
      const [head, rule, ...lines] = text.trimEnd().split('\n');
      expect(textWidth(head!)).toBeLessThanOrEqual(columns);
      expect(textWidth(rule!)).toBeLessThanOrEqual(columns);
      lines.slice(0, -1).forEach((line) => expect(textWidth(line)).toBeLessThanOrEqual(columns));
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }),
  );
});
