import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnFiller } from '../../../src/connectors/datagen/fill-column.js';
import { shownSchema } from '../sqlite/sqlite-harness.js';
import { readRows } from './read-rows.js';

const everyColumn = {
  id: { sequence: { start: -5, step: 3 } },
  small: { uniform: { type: 'smallint', min: -32768, max: 32767 } },
  amount: { uniform: { type: 'double', min: -1.5, max: 100 }, nulls: 0.5 },
  far: { uniform: { type: 'bigint', min: '-9223372036854775808', max: '9223372036854775807' } },
  price: { uniform: { type: 'numeric(38,2)', min: '-999999999999999999999999999999999999.99', max: '1e35' } },
  country: { zipf: { values: '10k', exponent: 1.1 } },
  name: { text: { length: [0, 9], alphabet: 'aé😀 ' }, nulls: '10%' },
  user: { text: { prefix: 'user-', distinct: '1M' } },
  at: { timestamps: { start: '2026-01-01', step: '1s', jitter: '10s' } },
  day: { uniform: { type: 'date', min: '0044-03-15 BC', max: '9999-12-31' } },
  zoned: { uniform: { type: 'timestamptz', min: '2026-01-01 00:00+00', max: '2026-01-02 00:00+00' } },
};

test('rows do not depend on splits, batches, other columns or attempts', async () => {
  const whole = await readRows({ rows: 500, seed: 7, schema: everyColumn }, { split: { strategy: 'none' } });
  expect(whole.rows).toHaveLength(500);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.record({ size: fc.integer({ min: 1, max: 600 }).map(String) }), fc.record({ count: fc.integer({ min: 1, max: 90 }).map(String) })), // prettier-ignore
      fc.integer({ min: 1, max: 700 }),
      fc.subarray(Object.keys(everyColumn), { minLength: 1 }),
      async (split, fetchSize, columns) => {
        const { rows } = await readRows({ rows: 500, seed: 7, schema: everyColumn }, { split, fetchSize, columns });
        const places = columns.map((name) => Object.keys(everyColumn).indexOf(name));
        expect(rows).toEqual(whole.rows.map((row) => places.map((place) => row[place])));
      },
    ),
    { numRuns: 60 },
  );
});

test('the schema says what may be NULL, and the estimate is exact', async () => {
  const { description, plan, batches } = await readRows({ rows: '20k', schema: everyColumn }, { parallelism: 3 });
  expect(description.rowEstimate).toBe(20_000);
  expect(shownSchema(description.schema)).toEqual([
    'id bigint not null', 'small smallint not null', 'amount double precision', 'far bigint not null', 'price numeric(38,2) not null', 'country bigint not null',
    'name text', 'user text not null', 'at timestamp not null', 'day date not null', 'zoned timestamptz not null',
  ]); // prettier-ignore
  expect(plan.splits).toMatchObject({ strategy: 'range', min: '0', max: '19999', count: '12' });
  expect(batches.reduce((sum, batch) => sum + batch.length, 0)).toBe(20_000);
});

test('the very values, so that no version changes them unseen', async () => {
  const { rows } = await readRows({ rows: 3, seed: 7, schema: everyColumn });
  expect(rows).toMatchInlineSnapshot(`
    [
      [
        "-5",
        "-11532",
        null,
        "-1348782973944984296",
        "-179984759553195584258801688364177196.56",
        "5778",
        "",
        "user-332779",
        "2026-01-01 00:00:08.97897",
        "3096-05-24",
        "2026-01-01 01:21:00.466869+00",
      ],
      [
        "-2",
        "28036",
        null,
        "3053332327236008559",
        "-92753502293892699405194756651278880.25",
        "7",
        "é éaaé",
        "user-413067",
        "2026-01-01 00:00:08.809824",
        "2202-03-10",
        "2026-01-01 14:31:21.547872+00",
      ],
      [
        "1",
        "-1813",
        "67.28827309384334",
        "2731869135246206710",
        "-597147406351209740815245250163443248.10",
        "7",
        " aé😀é😀 éé",
        "user-722055",
        "2026-01-01 00:00:06.464465",
        "1677-08-15",
        "2026-01-01 23:11:34.934095+00",
      ],
    ]
  `);
  expect((await readRows({ rows: 3, seed: -7, schema: everyColumn })).rows.slice(0, 1)).not.toEqual(rows.slice(0, 1));
});

test('a column is filled far behind 2^32 as it is at the start', async () => {
  const rows = Number.MAX_SAFE_INTEGER;
  const schema = { id: { sequence: { start: 0, step: 1 } }, n: everyColumn.far, name: everyColumn.name };
  const wish = { limit: 2, split: { count: '2' } };
  const { rows: read } = await readRows({ rows, schema }, wish);
  expect(read.map(([id]) => id)).toEqual(['0', '1', '4503599627370496', '4503599627370497']);
  expect(new Set(read.map(([, n]) => n)).size).toBe(4);
});

test('no rows, one row, and batches of about a megabyte', async () => {
  expect((await readRows({ rows: 0, schema: everyColumn })).rows).toEqual([]);
  expect((await readRows({ rows: 1, schema: everyColumn })).rows).toHaveLength(1);
  const wide = await readRows({ rows: 1000, schema: { text: { text: { length: [8000, 8000] } } } });
  expect(wide.batches[0].length).toBeLessThan(140);
  expect(wide.rows.every(([text]) => /^[a-z]{8000}$/.test(text!))).toBe(true);
  expect(new Set(wide.rows.map(([text]) => text)).size).toBe(1000);
});

/** `[0]` of the first `count` rows, as numbers. */
async function numbers(column: object, rows = 50_000): Promise<number[]> {
  return (await readRows({ rows, schema: { x: column } })).rows.map(([text]) => Number(text));
}

test('uniform values reach both bounds, pass none, and are as frequent', async () => {
  const dice = await numbers({ uniform: { type: 'integer', min: 1, max: 6 } });
  for (let side = 1; side <= 6; side++) {
    const share = dice.filter((value) => value === side).length / dice.length;
    expect(share).toBeGreaterThan(0.155);
    expect(share).toBeLessThan(0.178);
  }
  expect([Math.min(...dice), Math.max(...dice)]).toEqual([1, 6]);
  const cents = await numbers({ uniform: { type: 'numeric(5,2)', min: -0.01, max: 0.01 } });
  expect([...new Set(cents)].sort((a, b) => a - b)).toEqual([-0.01, 0, 0.01]);
  const doubles = await numbers({ uniform: { type: 'double', min: -1.7e308, max: 1.7e308 } });
  expect(doubles.every(Number.isFinite)).toBe(true);
  expect(new Set(doubles).size).toBe(50_000);
  const mean = (await numbers({ uniform: { type: 'double', min: 10, max: 20 } })).reduce((a, b) => a + b) / 50_000;
  expect(mean).toBeGreaterThan(14.9);
  expect(mean).toBeLessThan(15.1);
});

test('uniform integers of any width stay within their bounds and use every bit', () => {
  const bounds = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
  fc.assert(
    fc.property(bounds, fc.bigInt({ min: 0n, max: 10n ** 37n }), fc.constantFrom(64, 128), (a, wide, bits) => {
      const min = bits === 64 ? BigInt.asIntN(64, a) : a;
      const most = bits === 64 ? 2n ** 63n - 1n : 10n ** 38n - 1n;
      const max = min + wide > most ? most : min + wide;
      const type = bits === 64 ? ({ kind: 'int64' } as const) : ({ kind: 'decimal', precision: 38, scale: 0 } as const);
      const generator = { kind: 'uniform', min: String(min), max: String(max) } as const;
      const column = columnFiller('x', { type, nulls: 0, generator }, '1')(0, 50, null);
      const words = column.layout === 'int64' || column.layout === 'decimal128' ? column.words : new Int32Array();
      const perRow = bits / 32;
      const values = Array.from({ length: 50 }, (_, row) =>
        Array.from(words.subarray(row * perRow, (row + 1) * perRow)).reduceRight((sum, word, i) => (i === perRow - 1 ? BigInt(word) : (sum << 32n) | BigInt(word >>> 0)), 0n),
      ); // prettier-ignore
      expect(values.every((value) => value >= min && value <= max)).toBe(true);
      if (max - min > 10n ** 9n) expect(new Set(values).size).toBe(50);
      if (max - min > 10n ** 9n) expect(new Set(values.map((value) => value & 1n)).size).toBe(2);
    }),
  );
});

test('the only value of [min, min]', async () => {
  for (const [type, value, text] of [
    ['bigint', '-9223372036854775808', '-9223372036854775808'],
    ['bigint', '9223372036854775807', '9223372036854775807'],
    ['integer', -2147483648, '-2147483648'],
    ['numeric(38,0)', '-99999999999999999999999999999999999999', '-99999999999999999999999999999999999999'],
    ['double', 0.1, '0.1'],
    ['date', '2026-02-28', '2026-02-28'],
    ['timestamp', '2026-02-28 01:02:03.456', '2026-02-28 01:02:03.456'],
  ] as const) {
    const { rows } = await readRows({ rows: 3, schema: { x: { uniform: { type, min: value, max: value } } } });
    expect(rows).toEqual([[text], [text], [text]]);
  }
});

test('zipf: rank 1 is the most frequent, by its law; extremes of values and exponent', async () => {
  const exponent = 1.1;
  const ranks = await numbers({ zipf: { values: 200, exponent } });
  const weights = Array.from({ length: 200 }, (_, i) => (i + 1) ** -exponent);
  const total = weights.reduce((a, b) => a + b);
  for (const rank of [1, 2, 3, 10]) {
    const expected = (weights[rank - 1] / total) * ranks.length;
    const found = ranks.filter((value) => value === rank).length;
    expect(Math.abs(found - expected)).toBeLessThan(6 * Math.sqrt(expected));
  }
  expect([Math.min(...ranks), Math.max(...ranks)]).toEqual([1, 200]);
  expect(new Set(await numbers({ zipf: { values: 1 } }, 100))).toEqual(new Set([1]));
  expect(Math.max(...(await numbers({ zipf: { values: 1000, exponent: 100 } }, 1000)))).toBe(1);
  const far = await numbers({ zipf: { values: Number.MAX_SAFE_INTEGER, exponent: 0.01 } }, 1000);
  expect(far.every((rank) => Number.isSafeInteger(rank) && rank >= 1)).toBe(true);
  expect(Math.max(...far)).toBeGreaterThan(2 ** 52);
});

test('NULLs come at their share, texts by their number and length', async () => {
  const { rows } = await readRows({
    rows: 50_000,
    schema: {
      none: { sequence: {}, nulls: 0 },
      some: { sequence: {}, nulls: '10%' },
      all: { text: { length: [3, 5] }, nulls: 1 },
      label: { text: { distinct: 100 } },
      text: { text: { length: [2, 4], alphabet: '😀é' } },
    },
  });
  expect(rows.filter(([none]) => none === null)).toHaveLength(0);
  const nulls = rows.filter(([, some]) => some === null).length;
  expect(Math.abs(nulls - 5000)).toBeLessThan(400);
  expect(rows.every(([, , all]) => all === null)).toBe(true);
  const labels = new Set(rows.map(([, , , label]) => Number(label)));
  expect([labels.size, Math.min(...labels), Math.max(...labels)]).toEqual([100, 1, 100]);
  // 4 + 8 + 16 texts of two symbols.
  expect(new Set(rows.map(([, , , , text]) => text)).size).toBe(28);
  expect(rows.every(([, , , , text]) => /^[😀é]{2,4}$/u.test(text!))).toBe(true);
});

test('sequences and moments reach the ends of their types', async () => {
  const ends = await readRows({
    rows: 3,
    schema: {
      up: { sequence: { start: '9223372036854775805' } },
      down: { sequence: { start: '-9223372036854775806', step: -1 } },
      leap: { sequence: { start: '-9223372036854775807', step: '9223372036854775807' } },
      still: { sequence: { start: 4, step: 0 } },
      at: { timestamps: { start: '0001-01-01 BC', step: '1d' } },
    },
  });
  expect(ends.rows).toEqual([
    ['9223372036854775805', '-9223372036854775806', '-9223372036854775807', '4', '0001-01-01 00:00:00 BC'],
    ['9223372036854775806', '-9223372036854775807', '0', '4', '0001-01-02 00:00:00 BC'],
    ['9223372036854775807', '-9223372036854775808', '9223372036854775807', '4', '0001-01-03 00:00:00 BC'],
  ]);
  const { rows } = await readRows({ rows: 2000, schema: { at: everyColumn.at } });
  const late = rows.map(([at], row) => Date.parse(`${at!.replace(' ', 'T')}Z`) - Date.UTC(2026, 0, 1) - row * 1000);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late)).toBeLessThanOrEqual(10_000);
  expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(9000);
});
