/**
 * Does `work` for every item, at most `limit` at a time: file systems sync many small files together as fast as one.
 *
 * After a failure nothing new begins; what runs is waited for, then the first error is thrown.
 */
export async function eachAtOnce<Item>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let first: { error: unknown } | null = null;
  const take = async (): Promise<void> => {
    for (let next = queue.next(); first === null && next.done !== true; next = queue.next()) {
      await work(next.value).catch((error: unknown) => void (first ??= { error }));
    }
  };
  await Promise.all(Array.from({ length: limit }, take));
  if (first !== null) throw (first as { error: unknown }).error;
}
