/** A TCP proxy with a plan for each connection and direction: cut after so many bytes, or swallow what passes. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to the bytes of one direction of one connection. */
export interface Flow {
  /** The connection is reset once so many bytes have passed; the rest is not delivered. */
  readonly cutAfter?: number;
  /** Bytes beyond so many vanish; the connection stays open. */
  readonly swallowAfter?: number;
  /** What a server says is changed on the way; the replacement is as long, and no chunk ends within. */
  readonly replace?: readonly [pattern: RegExp, replacement: string];
}

export interface ConnectionPlan {
  readonly toServer?: Flow;
  readonly toClient?: Flow;
}

export interface CuttingProxy {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Plans of the connections to come, in order; further ones pass everything. */
  plan(...plans: readonly ConnectionPlan[]): void;
  /** Resets all connections of now. */
  cutAll(): void;
  stop(): Promise<void>;
}

export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const plans: ConnectionPlan[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections++;
    const plan = plans.shift() ?? {};
    const upstream = connect(targetPort, '127.0.0.1');
    const cut = (): void => {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    forward(client, upstream, plan.toServer ?? {}, cut);
    forward(upstream, client, plan.toClient ?? {}, cut);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    plan: (...more) => void plans.push(...more),
    cutAll: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function forward(from: Socket, to: Socket, { cutAfter, swallowAfter, replace }: Flow, cut: () => void): void {
  const end = Math.min(cutAfter ?? Infinity, swallowAfter ?? Infinity);
  let passed = 0;
  from.on('data', (original: Buffer) => {
    const data =
      replace === undefined ? original : Buffer.from(original.toString('latin1').replace(...replace), 'latin1');
    const piece = data.subarray(0, Math.max(0, end - passed));
    passed += data.length;
    if (cutAfter !== undefined && passed > cutAfter) {
      // The last bytes arrive before the reset does.
      to.write(piece, cut);
      from.pause();
    } else if (piece.length > 0 && !to.write(piece)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
}
