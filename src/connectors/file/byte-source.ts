/** The bytes of a file, plain or unpacked, pulled into the caller's buffer. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { readError } from './file-errors.js';

export interface ByteSource {
  /** Fills at most `length` bytes at `offset`; resolves with their number, 0 at the end of the file. */
  read(target: Buffer, offset: number, length: number): Promise<number>;
  close(): Promise<void>;
}

const CHUNK_BYTES = 1 << 17;

/** `shown` is the path for messages. Throws EtlError, also from `read`. */
export function openBytes(path: string, gzip: boolean, shown: string): Promise<ByteSource> {
  return gzip ? openGzip(path, shown) : openPlain(path, shown);
}

async function openPlain(path: string, shown: string): Promise<ByteSource> {
  const fail = (error: unknown): never => {
    throw readError(shown, error);
  };
  const handle = await open(path, 'r').catch(fail);
  return {
    read: async (target, offset, length) => (await handle.read(target, offset, length, null).catch(fail)).bytesRead,
    close: () => handle.close(),
  };
}

/** Members one after another are one file, as `gzip` reads them. */
async function openGzip(path: string, shown: string): Promise<ByteSource> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  let bytes = 0;
  file.on('data', (chunk) => void (bytes += chunk.length));
  file.on('error', (error) => unpacked.destroy(error));
  file.pipe(unpacked);
  const chunks = unpacked[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  return {
    read: async (target, offset, length) => {
      while (rest.length === 0) {
        const next = await chunks.next().catch((error: unknown) => {
          // An empty file is no gzip file, but it has no rows either way.
          if (bytes === 0 && (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR')
            return { done: true as const, value: null };
          throw readError(shown, error);
        });
        if (next.done === true) return 0;
        rest = next.value;
      }
      const count = Math.min(length, rest.length);
      rest.copy(target, offset, 0, count);
      rest = rest.subarray(count);
      return count;
    },
    close: async () => {
      file.destroy();
      unpacked.destroy();
    },
  };
}
