import { expect, test } from 'vitest';
import { typeName } from '../../src/columnar/data-type.js';
import { testDatabase } from '../support/test-database.js';
import { orderedValues } from './ordered-values.js';

const database = await testDatabase();

test.each(orderedValues)('PostgreSQL orders $type.kind as the model does', async ({ type, ascending }) => {
  const cells = ascending.flatMap((texts, rank) => texts.map((text) => ({ text, rank })));
  const value = type.kind === 'text' ? 'text::text COLLATE "C"' : `text::${typeName(type)}`;
  const rows = await database.query(
    `SELECT text, dense_rank() OVER (ORDER BY ${value}) - 1, dense_rank() OVER (ORDER BY ${value} DESC) - 1
     FROM unnest($1::text[]) WITH ORDINALITY AS t(text, n) ORDER BY n`,
    [cells.map((cell) => cell.text)],
  );
  const last = ascending.length - 1;
  expect(rows).toEqual(cells.map(({ text, rank }) => [text, String(rank), String(last - rank)]));
});
