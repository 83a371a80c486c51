/**
 * Finds the fields of one CSV record at a time (RFC 4180), as ranges of bytes; makes no strings.
 *
 * Records end at LF or CRLF outside quotes. A quote opens a quoted field only at the field's beginning; later it stands
 * for itself, as in most files that were not written by a library. A record that is broken is still found as a whole
 * line, so that reading goes on behind it: `problem` says why.
 */

const LF = 10;
const CR = 13;

export class CsvScanner {
  /** Fields of the last record. */
  count = 0;
  starts: Int32Array = new Int32Array(64);
  ends: Int32Array = new Int32Array(64);
  /** Bit 1: the field was quoted. Bit 2: it holds doubled quotes. */
  flags: Uint8Array = new Uint8Array(64);
  problem: string | null = null;
  /** Line breaks that the last record took, its own included. */
  lines = 0;
  /** State of `skip` between windows. */
  private skipping: 'field' | 'plain' | 'quoted' = 'field';

  constructor(
    private readonly delimiter: number,
    /** -1: none. */
    private readonly quote: number,
  ) {}

  /** The offset behind the record at `start`, its line break included, or -1 if `bytes[start, end)` does not hold all of it. */
  next(bytes: Uint8Array, start: number, end: number, ended: boolean): number {
    if (start === end) return -1;
    const { delimiter, quote } = this;
    this.count = 0;
    this.lines = 1;
    this.problem = null;
    let at = start;
    for (;;) {
      const from = at;
      if (at < end && bytes[at] === quote) {
        at = this.quoted(bytes, from, end, ended);
        if (at < 0) return -1;
      } else {
        while (at < end) {
          const byte = bytes[at];
          if (byte === delimiter || byte === LF) break;
          at++;
        }
        if (at === end && !ended) return -1;
        const lineEnd = at === end || bytes[at] === LF;
        this.field(from, lineEnd && at > from && bytes[at - 1] === CR && at < end ? at - 1 : at, 0);
      }
      if (at === end) return end;
      if (bytes[at++] === LF) return at;
    }
  }

  /** A field that opens with a quote at `from`; the offset of the delimiter or line break behind it (or `end`), -1 for more. */
  private quoted(bytes: Uint8Array, from: number, end: number, ended: boolean): number {
    const { quote } = this;
    let doubled = 0;
    let lines = 0;
    let at = from + 1;
    for (; ; at++) {
      if (at === end) {
        if (!ended) return -1;
        this.problem = 'a quoted field is not closed';
        this.lines += lines;
        this.field(from + 1, end, 1 | doubled);
        return end;
      }
      if (bytes[at] === LF) lines++;
      if (bytes[at] !== quote) continue;
      if (at + 1 === end && !ended) return -1;
      if (bytes[at + 1] !== quote || at + 1 === end) break;
      doubled = 2;
      at++;
    }
    this.lines += lines;
    this.field(from + 1, at, 1 | doubled);
    at++;
    if (at < end && bytes[at] === CR && at + 1 === end && !ended) return -1;
    if (at < end && bytes[at] === CR && (at + 1 === end || bytes[at + 1] === LF)) at++;
    if (at === end || bytes[at] === this.delimiter || bytes[at] === LF) return at === end && !ended ? -1 : at;
    this.problem = 'text stands behind the closing quote of a field';
    const line = bytes.indexOf(LF, at);
    if (line >= 0 && line < end) return line;
    return ended ? end : -1;
  }

  private field(start: number, end: number, flags: number): void {
    const index = this.count++;
    if (index === this.starts.length) this.grow();
    this.starts[index] = start;
    this.ends[index] = end;
    this.flags[index] = flags;
  }

  private grow(): void {
    const size = 2 * this.starts.length;
    const [starts, ends, flags] = [new Int32Array(size), new Int32Array(size), new Uint8Array(size)];
    starts.set(this.starts);
    ends.set(this.ends);
    flags.set(this.flags);
    this.starts = starts;
    this.ends = ends;
    this.flags = flags;
  }

  /** Before the first `skip` of a record that is too long. */
  startSkip(): void {
    this.skipping = 'field';
    this.lines = 0;
  }

  /** Passes over a record without keeping it: the offset behind it, or -1 if it goes on behind `end`. */
  skip(bytes: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte === LF) this.lines++;
      if (this.skipping === 'quoted') {
        // A doubled quote closes and opens again.
        if (byte === this.quote) this.skipping = 'field';
      } else if (byte === LF) return at + 1;
      else if (byte === this.quote && this.skipping === 'field') this.skipping = 'quoted';
      else this.skipping = byte === this.delimiter ? 'field' : 'plain';
    }
    return -1;
  }
}

/** Copies `bytes[start, end)` to `target` with doubled quotes made single; the number of bytes. */
export function unquote(bytes: Uint8Array, start: number, end: number, quote: number, target: Uint8Array): number {
  let to = 0;
  for (let at = start; at < end; at++) {
    target[to++] = bytes[at];
    if (bytes[at] === quote) at++;
  }
  return to;
}
