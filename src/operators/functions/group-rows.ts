/**
 * What a function of the user's reads: rows as objects, one by one, with `for await`. A group may be larger than the memory, so it
 * is no array, and its next rows may have to be read from disk first.
 */
import type { Schema } from '../../columnar/batch.js';
import type { GroupRows, RowObject } from '../../protocol/user-function.js';
import type { GroupCursor } from '../group-cursor.js';
import { rowObject } from './row-objects.js';

export const noRows: GroupRows = iterable(async function* () {});

/** What is left of the cursor's group: the columns of `seen`, by position, as those of `schema`. */
export function groupRows(cursor: GroupCursor, schema: Schema, seen: readonly number[]): GroupRows {
  return iterable(async function* () {
    for (let piece = await cursor.nextPiece(); piece !== null; piece = await cursor.nextPiece()) {
      const batch = { ...piece.batch, columns: seen.map((column) => piece!.batch.columns[column]) };
      for (let row = piece.from; row < piece.to; row++) yield rowObject(schema, batch, row);
    }
  });
}

/** Says what to write to whoever takes it for an array. */
export function iterable(rows: () => AsyncGenerator<RowObject>): GroupRows {
  return Object.assign(
    { [Symbol.asyncIterator]: rows },
    {
      [Symbol.iterator]: () => {
        throw new TypeError('the rows come one by one: for await (const row of rows)');
      },
    },
  );
}
