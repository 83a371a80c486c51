/**
 * Gives the event loop a turn now and then.
 *
 * A chain over a synchronous source (SQLite) resolves in microtasks only: without this, no heartbeat would be sent and
 * no cancel be heard until the split ends.
 */
const LONGEST_MS = 25;

export function takeTurns(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < LONGEST_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        last = performance.now();
        resolve();
      }),
    );
  };
}
