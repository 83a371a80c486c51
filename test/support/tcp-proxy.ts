/**
 * A TCP proxy that misbehaves on command.
 *
 *     pass   bytes go through            rst    both sides are reset
 *     hole   bytes vanish, no close      fin    the client is told goodbye, politely
 */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export type ProxyMode = 'pass' | 'hole' | 'rst' | 'fin';

export interface TcpProxy {
  readonly port: number;
  /** The same URL by way of the proxy. */
  through(url: string): string;
  /** From now on; open connections, too. */
  set(mode: ProxyMode): void;
  /** After so many more bytes of the server have passed. */
  setAfter(byteCount: number, mode: ProxyMode): void;
  /** What passes from the server to the client goes through `change` from now on, chunk by chunk; null: as it is. */
  alter(change: ((bytes: Buffer) => Buffer) | null): void;
  /** Connections the proxy has to the server now. */
  readonly open: number;
  close(): Promise<void>;
}

export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Map<Socket, Socket>();
  let mode: ProxyMode = 'pass';
  let bytesLeft = Infinity;
  let modeThen: ProxyMode = 'pass';
  let change: ((bytes: Buffer) => Buffer) | null = null;

  const apply = (next: ProxyMode): void => {
    mode = next;
    for (const [client, server] of pairs) {
      // Who hung up while it was a hole is only now heard of on the other side.
      if (mode === 'pass' && (client.destroyed || server.destroyed)) drop(client, server);
      else strike(client, server);
    }
  };
  const drop = (client: Socket, server: Socket): void => {
    pairs.delete(client);
    client.destroy();
    server.destroy();
  };
  const strike = (client: Socket, server: Socket): void => {
    if (mode === 'rst') {
      client.resetAndDestroy();
      server.resetAndDestroy();
    } else if (mode === 'fin') {
      client.end();
      server.end();
    }
  };

  const listener = createServer((client) => {
    const server = connect(Number(port), hostname);
    pairs.set(client, server);
    client.on('data', (bytes) => mode === 'pass' && server.write(bytes));
    server.on('data', (bytes) => {
      if (mode !== 'pass') return;
      const passed = (change?.(bytes) ?? bytes).subarray(0, bytesLeft);
      bytesLeft -= passed.length;
      if (!client.write(passed)) {
        server.pause();
        client.once('drain', () => server.resume());
      }
      if (bytesLeft <= 0) {
        bytesLeft = Infinity;
        apply(modeThen);
      }
    });
    for (const socket of [client, server]) {
      socket.on('error', () => undefined);
      socket.on('close', () => mode !== 'hole' && drop(client, server));
    }
    strike(client, server);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const own = (listener.address() as AddressInfo).port;
  return {
    port: own,
    through: (url) => {
      const address = new URL(url);
      address.hostname = '127.0.0.1';
      address.port = String(own);
      return address.href;
    },
    set: apply,
    setAfter: (byteCount, next) => {
      bytesLeft = byteCount;
      modeThen = next;
    },
    alter: (next) => {
      change = next;
    },
    get open() {
      return [...pairs.values()].filter((server) => !server.destroyed).length;
    },
    close: async () => {
      for (const [client, server] of pairs) {
        client.destroy();
        server.destroy();
      }
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}
