/** Keys as array literals: PostgreSQL reads back what they were, NUL is equal to nothing. */
import { expect, test } from 'vitest';
import { createBuilder, type BytesBuilder } from '../../../src/columnar/column-builder.js';
import { keyArrays } from '../../../src/connectors/postgres/key-arrays.js';

test('a text that holds NUL becomes NULL, its neighbours stay', () => {
  const builder = createBuilder({ kind: 'text' }) as BytesBuilder;
  for (const text of ['a', 'b\0c', 'd,"e\\']) builder.appendString(text);
  const column = builder.finish();
  const schema = { fields: [{ name: 'k', type: { kind: 'text' as const }, nullable: false }] };
  expect(keyArrays({ schema, columns: [column], length: 3, selection: null })).toEqual(['{a,NULL,"d,\\"e\\\\"}']);
});
