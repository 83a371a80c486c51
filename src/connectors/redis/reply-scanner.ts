/**
 * Cuts a server's byte stream (RESP2) into replies, however the network cut it into chunks.
 *
 * Written for millions of `+OK`: a run of them costs one call, no reply makes an object, only an error makes a string.
 */
export interface ReplyReceiver {
  /** So many `+OK` in a row. */
  oks(count: number): void;
  /** One reply of any other form: `bytes[start, end)`. `error` is the first error in it, nested ones included, or null. */
  reply(error: string | null, bytes: Buffer, start: number, end: number): void;
}

export class MalformedReplyError extends Error {}

const CR = 13;
const LF = 10;
const INCOMPLETE = -1;

export class ReplyScanner {
  private rest: Buffer | null = null;
  private error: string | null = null;

  constructor(private readonly receiver: ReplyReceiver) {}

  /** Throws `MalformedReplyError` for what is not RESP2; the stream is lost then. */
  push(data: Buffer): void {
    const bytes = this.rest === null ? data : Buffer.concat([this.rest, data]);
    const length = bytes.length;
    let at = 0;
    while (at < length) {
      let oks = 0;
      while (
        at + 4 < length &&
        bytes[at] === 43 &&
        bytes[at + 1] === 79 &&
        bytes[at + 2] === 75 &&
        bytes[at + 3] === CR
      ) {
        oks++;
        at += 5;
      }
      if (oks > 0) this.receiver.oks(oks);
      if (at === length) break;
      this.error = null;
      const end = this.skip(bytes, at);
      if (end === INCOMPLETE) break;
      this.receiver.reply(this.error, bytes, at, end);
      at = end;
    }
    this.rest = at === length ? null : bytes.subarray(at);
  }

  /** End of the reply that begins at `start`. */
  private skip(bytes: Buffer, start: number): number {
    let at = start + 1;
    while (at < bytes.length && bytes[at] !== LF) at++;
    if (at >= bytes.length) return INCOMPLETE;
    at++;
    switch (bytes[start]) {
      case 43: // +
      case 58: // :
        return at;
      case 45: // -
        this.error ??= bytes.toString('utf8', start + 1, at - 2);
        return at;
      case 36: {
        // $
        const size = headerNumber(bytes, start + 1);
        if (size < 0) return at;
        return at + size + 2 <= bytes.length ? at + size + 2 : INCOMPLETE;
      }
      case 42: {
        // *
        for (let left = headerNumber(bytes, start + 1); left > 0; left--) {
          if (at >= bytes.length) return INCOMPLETE;
          at = this.skip(bytes, at);
          if (at === INCOMPLETE) return INCOMPLETE;
        }
        return at;
      }
      default:
        throw new MalformedReplyError(`a reply begins with byte 0x${bytes[start].toString(16)}`);
    }
  }
}

/** The text of a simple or bulk reply. */
export function replyText(bytes: Buffer, start: number, end: number): string {
  if (bytes[start] !== 36) return bytes.toString('utf8', start + 1, end - 2);
  const body = bytes.indexOf(LF, start) + 1;
  return bytes.toString('utf8', body, Math.max(body, end - 2));
}

/** The number in the header of a bulk string or an array; it is known to be there whole. */
export function headerNumber(bytes: Buffer, start: number): number {
  const negative = bytes[start] === 45;
  let value = 0;
  for (let at = negative ? start + 1 : start; bytes[at] !== CR; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9 || value > 0x20000000) throw new MalformedReplyError('a reply has no proper length');
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}
