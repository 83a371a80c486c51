/**
 * Whole lines to a descriptor that several processes share.
 *
 * A pipe takes at most PIPE_BUF bytes in one piece; larger writes of two slots could mix within a line. Writes run in
 * the thread pool, so that a reader who pauses (`| less`) stops the rows and not the heartbeat.
 */
import { fstatSync, write } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Smallest PIPE_BUF of the systems that Node runs on (macOS has 512). */
const PIPE_BUF = process.platform === 'linux' ? 4096 : 512;
const PIECE_BYTES = 1 << 16;
const RETRY_MS = 5;

export interface LineWriter {
  /** False once the reader is gone (EPIPE): nothing is written any more. */
  write(lines: Buffer): Promise<boolean>;
}

export function createLineWriter(fd: number): LineWriter {
  const pieceBytes = fstatSync(fd).isFIFO() ? PIPE_BUF : PIECE_BYTES;
  let open = true;
  return {
    write: async (lines) => {
      for (let from = 0; open && from < lines.length;) {
        const to = endOfPiece(lines, from, pieceBytes);
        open = await writeAll(fd, lines, from, to);
        from = to;
      }
      return open;
    },
  };
}

/** Behind the last line that ends within a piece; a longer line is a piece of its own. */
function endOfPiece(lines: Buffer, from: number, pieceBytes: number): number {
  if (lines.length - from <= pieceBytes) return lines.length;
  const last = lines.lastIndexOf(10, from + pieceBytes - 1);
  if (last >= from) return last + 1;
  const next = lines.indexOf(10, from);
  return next < 0 ? lines.length : next + 1;
}

async function writeAll(fd: number, bytes: Buffer, from: number, to: number): Promise<boolean> {
  for (let at = from; at < to;) {
    try {
      at += await writeSome(fd, bytes, at, to);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return false;
      // A terminal or pipe that somebody has set to non-blocking.
      if (code !== 'EAGAIN') throw error;
      await sleep(RETRY_MS);
    }
  }
  return true;
}

function writeSome(fd: number, bytes: Buffer, from: number, to: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, from, to - from, null, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}
