/**
 * tee: one stream of batches for several consumers, in step.
 *
 * The next batch is pulled when every consumer that still listens has asked for it, so nothing is queued. A consumer
 * that returns early (a limit) drops out; when the last one has, the input is returned too. Consumers must run
 * concurrently: one that waits for another would wait for ever.
 */
export function tee<T>(input: AsyncIterable<T>, consumers: number): AsyncIterable<T>[] {
  const iterator = input[Symbol.asyncIterator]();
  let waiting: { resolve: (result: IteratorResult<T>) => void; reject: (error: unknown) => void }[] = [];
  let listening = consumers;
  let isOver = false;

  function pullWhenAllAsk(): void {
    if (waiting.length < listening || listening === 0) return;
    const asked = waiting;
    waiting = [];
    iterator.next().then(
      (result) => {
        isOver = result.done === true;
        asked.forEach((consumer) => consumer.resolve(result));
      },
      (error: unknown) => {
        isOver = true;
        asked.forEach((consumer) => consumer.reject(error));
      },
    );
  }

  function branch(): AsyncIterable<T> {
    let open = true;
    return {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          // One that asks again behind the end must not wait for those that have heard of it.
          isOver
            ? Promise.resolve({ done: true, value: undefined })
            : new Promise<IteratorResult<T>>((resolve, reject) => {
                waiting.push({ resolve, reject });
                pullWhenAllAsk();
              }),
        return: async () => {
          if (open) {
            open = false;
            listening--;
            if (listening === 0) await iterator.return?.();
            else pullWhenAllAsk();
          }
          return { done: true, value: undefined };
        },
      }),
    };
  }
  return Array.from({ length: consumers }, branch);
}
