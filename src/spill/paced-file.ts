/**
 * A file that is written and read synchronously, in bites.
 *
 * A slot does one thing at a time, so waiting for the disk in a thread would only cost the hand-over (50 µs each).
 * After every 4 MiB the event loop gets a turn: heartbeats and orders to stop come through it.
 */
import { closeSync, fdatasyncSync, fstatSync, openSync, readSync, writevSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { spillError } from './spill-errors.js';

const BITE_BYTES = 4 << 20;
/** Buffers of one call: systems allow 1,024. */
const BITE_PIECES = 512;

export class PacedFile {
  /** Bytes written. */
  position = 0;
  private sinceTurn = 0;

  private constructor(
    readonly path: string,
    private fd: number | null,
  ) {}

  /** @throws EtlError */
  static create(path: string): PacedFile {
    return PacedFile.open(path, 'wx');
  }

  /** @throws EtlError */
  static open(path: string, flags: 'r' | 'wx'): PacedFile {
    try {
      return new PacedFile(path, openSync(path, flags, 0o600));
    } catch (error) {
      throw spillError(path, error);
    }
  }

  get bytes(): number {
    return this.attempt(() => fstatSync(this.descriptor()).size);
  }

  /** Appends the pieces, all of them. */
  async write(pieces: readonly Uint8Array[]): Promise<void> {
    let bite: Uint8Array[] = [];
    let bytes = 0;
    for (const piece of pieces) {
      for (let from = 0; from < piece.length;) {
        const part = piece.subarray(from, from + BITE_BYTES - bytes);
        bite.push(part);
        bytes += part.length;
        from += part.length;
        if (bytes < BITE_BYTES && bite.length < BITE_PIECES) continue;
        await this.writeBite(bite, bytes);
        bite = [];
        bytes = 0;
      }
    }
    if (bytes > 0) await this.writeBite(bite, bytes);
  }

  /** Fills `target` from `offset` on; returns what there was of it. */
  async read(target: Buffer, offset: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const wanted = Math.min(BITE_BYTES, target.length - done);
      const bytes = this.attempt(() => readSync(this.descriptor(), target, done, wanted, offset + done));
      if (bytes === 0) break;
      done += bytes;
      await this.pause(bytes);
    }
    return done;
  }

  /** After this failed, the file must not be trusted: the system may have dropped what it could not write. */
  sync(): void {
    this.attempt(() => fdatasyncSync(this.descriptor()));
  }

  close(): void {
    const { fd } = this;
    if (fd === null) return;
    this.fd = null;
    this.attempt(() => closeSync(fd));
  }

  private async writeBite(bite: Uint8Array[], bytes: number): Promise<void> {
    // A write may be short: of a full disk, up to a limit, or by a signal. What is left says why, if it cannot go on.
    let rest = bite;
    let left = bytes;
    while (left > 0) {
      let written = this.attempt(() => writevSync(this.descriptor(), rest), left);
      left -= written;
      this.position += written;
      if (left === 0) break;
      let whole = 0;
      while (written >= rest[whole].length) written -= rest[whole++].length;
      rest = [rest[whole].subarray(written), ...rest.slice(whole + 1)];
    }
    await this.pause(bytes);
  }

  private async pause(bytes: number): Promise<void> {
    this.sinceTurn += bytes;
    if (this.sinceTurn < BITE_BYTES) return;
    this.sinceTurn = 0;
    await setImmediate();
  }

  private descriptor(): number {
    if (this.fd === null) throw new TypeError(`${this.path} is closed`);
    return this.fd;
  }

  private attempt<T>(act: () => T, needed = 0): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof TypeError) throw error;
      throw spillError(this.path, error, needed);
    }
  }
}
