/**
 * Finds the wanted members of one JSON object at a time, as ranges of bytes; makes no strings.
 *
 * The whole line is checked. Of equal keys the last counts, as in JSON.parse and jsonb. Files have their keys in the
 * same order in nearly every line, so each key is first compared with the one that stood at its place in the line before.
 */
import { skipSpace, skipString, skipValue } from '../../columnar/check-json.js';
import { unescape } from '../../columnar/jsonb-text.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import { ValueError } from '../../columnar/row-errors.js';

export class JsonScanner {
  /** Value of key i: `bytes[starts[i], ends[i])`; start -1 where the line does not have it. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly keys: Buffer[];
  /** Which key (or -1: not wanted) stood at each place of the line before. */
  private readonly order: number[] = [];
  private readonly unescaped = new ByteWriter(64);

  /** `learn`: keys that are not wanted yet are added, at most so many in all. */
  constructor(
    keys: readonly string[],
    private readonly learn = 0,
  ) {
    this.keys = keys.map((key) => Buffer.from(key));
    this.starts = new Int32Array(Math.max(keys.length, learn));
    this.ends = new Int32Array(Math.max(keys.length, learn));
  }

  /** Null, or what is wrong with the line `bytes[start, end)`. */
  scan(bytes: Uint8Array, start: number, end: number): string | null {
    this.starts.fill(-1);
    let at = skipSpace(bytes, start, end);
    if (at === end || bytes[at] !== 123) return 'it is not a JSON object';
    at = skipSpace(bytes, at + 1, end);
    if (at < end && bytes[at] === 125) return behindObject(bytes, at + 1, start, end);
    for (let place = 0; ; place++) {
      if (at >= end || bytes[at] !== 34) return invalid(at, start);
      const keyEnd = skipString(bytes, at, end);
      if (keyEnd < 0) return invalid(~keyEnd, start);
      const key = this.keyIndex(bytes, at + 1, keyEnd - 1, place);
      at = skipSpace(bytes, keyEnd, end);
      if (at >= end || bytes[at] !== 58) return invalid(at, start);
      at = skipSpace(bytes, at + 1, end);
      const behind = skipValue(bytes, at, end);
      if (behind < 0) return invalid(~behind, start);
      if (key >= 0) {
        this.starts[key] = at;
        this.ends[key] = behind;
      }
      at = skipSpace(bytes, behind, end);
      if (at < end && bytes[at] === 125) return behindObject(bytes, at + 1, start, end);
      if (at >= end || bytes[at] !== 44) return invalid(at, start);
      at = skipSpace(bytes, at + 1, end);
    }
  }

  private keyIndex(bytes: Uint8Array, start: number, end: number, place: number): number {
    const expected = place < this.order.length ? this.order[place] : -1;
    if (expected >= 0 && sameBytes(bytes, start, end, this.keys[expected])) return expected;
    let found = -1;
    for (let key = 0; key < this.keys.length && found < 0; key++) {
      if (sameBytes(bytes, start, end, this.keys[key])) found = key;
    }
    if (found < 0 && hasEscape(bytes, start, end)) found = this.escapedKey(bytes, start, end);
    else if (found < 0 && this.keys.length < this.learn)
      found = this.keys.push(Buffer.from(bytes.subarray(start, end))) - 1;
    if (place < 10000) this.order[place] = found;
    return found;
  }

  private escapedKey(bytes: Uint8Array, start: number, end: number): number {
    this.unescaped.clear();
    try {
      unescape(bytes, start, end, this.unescaped);
    } catch (error) {
      // A key that is no text is none of ours.
      if (error instanceof ValueError) return -1;
      throw error;
    }
    const key = this.unescaped.view();
    const found = this.keys.findIndex((wanted) => wanted.equals(key));
    return found < 0 && this.keys.length < this.learn ? this.keys.push(Buffer.from(key)) - 1 : found;
  }
}

function behindObject(bytes: Uint8Array, at: number, start: number, end: number): string | null {
  const rest = skipSpace(bytes, at, end);
  return rest === end ? null : invalid(rest, start);
}

function invalid(at: number, start: number): string {
  return `it is not valid JSON at byte ${at - start + 1}`;
}

function sameBytes(bytes: Uint8Array, start: number, end: number, wanted: Buffer): boolean {
  if (end - start !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 92) return true;
  return false;
}
