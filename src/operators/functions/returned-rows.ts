/** The rows that a function of the user's gives: an array, a generator, an async generator, or a promise of one of them. */
import { describe } from './row-objects.js';

export async function* returnedRows(answer: unknown): AsyncGenerator<unknown> {
  const returned = await answer;
  if (returned === null || returned === undefined) return;
  if (typeof returned === 'object' && Symbol.asyncIterator in returned) {
    yield* returned as AsyncIterable<unknown>;
  } else if (typeof returned === 'object' && Symbol.iterator in returned) {
    yield* returned as Iterable<unknown>;
  } else {
    throw new TypeError(
      `it returned ${describe(returned)}; it returns rows: an array, a generator or an async generator`,
    );
  }
}
