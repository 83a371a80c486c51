/**
 * `COPY … FROM STDIN` over a client of the driver: bytes as they come, no faster than the server takes them.
 *
 *     await copyFile(client, 'COPY t FROM STDIN (FORMAT csv, HEADER)', 't.csv');
 */
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Client, Connection } from 'pg';

/** What the driver calls as the answers come. */
interface CopyAnswers {
  submit(connection: CopyConnection): void;
  handleCopyInResponse(connection: CopyConnection): void;
  handleCommandComplete(): void;
  handleReadyForQuery(): void;
  handleError(error: Error): void;
}

type CopyConnection = Connection & {
  readonly stream: Writable;
  query(sql: string): void;
  sendCopyFromChunk(bytes: Uint8Array): void;
  endCopyFrom(): void;
};

export function copyFile(client: Client, sql: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const answers: CopyAnswers = {
      submit: (connection) => connection.query(sql),
      handleCopyInResponse: (connection) => void sendFile(connection, file).catch(reject),
      handleCommandComplete: () => undefined,
      handleReadyForQuery: resolve,
      handleError: reject,
    };
    client.query(answers as never);
  });
}

async function sendFile(connection: CopyConnection, file: string): Promise<void> {
  for await (const bytes of createReadStream(file, { highWaterMark: 1 << 18 })) {
    connection.sendCopyFromChunk(bytes as Uint8Array);
    if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
  }
  connection.endCopyFrom();
}
