/**
 * What a server says before it is asked anything: `ERR max number of clients reached`, and it hangs up.
 *
 * A client that writes at once mostly sees only the reset that follows, so this one just listens. Null: it says nothing.
 */
import { connect } from 'node:net';
import type { RedisAddress } from './redis-address.js';

const LISTEN_MS = 500;

export function firstWords({ host, port, path }: RedisAddress): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = path === null ? connect({ host, port }) : connect({ path });
    const end = (words: string | null): void => {
      socket.destroy();
      resolve(words);
    };
    socket.setTimeout(LISTEN_MS, () => end(null));
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
    socket.once('data', (data) => end(/^-(.+)\r\n/.exec(data.toString())?.[1] ?? null));
  });
}
