/** Columns that go on with the rows, `start + step · row`, as two words a row: the first is multiplied, the others add the step. */
import type { Column } from '../../columnar/column.js';
import type { FillColumn } from './columns.js';
import { drawBits, unitOf } from './threefry.js';
import { addWords, wordsOf } from './words.js';

const WORD = 4294967296;

export function sequenceColumn(start: string, step: string): FillColumn {
  const fill = runningWords(BigInt(start), BigInt(step));
  return (from, length): Column => {
    const words = fill(from, length);
    const values = new BigInt64Array(words.buffer);
    return { type: { kind: 'int64' }, length, validity: null, layout: 'int64', words, values };
  };
}

/** Each is up to `jitter` microseconds later than its place, so that they are a little out of order. */
export function timestampsColumn(start: string, step: string, jitter: number, key: Int32Array): FillColumn {
  const fill = runningWords(BigInt(start), BigInt(step));
  const bits = new Int32Array(2);
  const late = new Int32Array(2);
  return (from, length): Column => {
    const words = fill(from, length);
    for (let i = 0; jitter > 0 && i < length; i++) {
      drawBits(key, from + i, 0, bits, 0);
      const micros = Math.min(jitter, Math.floor(unitOf(bits, 0) * (jitter + 1)));
      late[0] = micros % WORD;
      late[1] = Math.floor(micros / WORD);
      addWords(late, words, 2 * i);
    }
    const values = new BigInt64Array(words.buffer);
    return { type: { kind: 'timestamp' }, length, validity: null, layout: 'int64', words, values };
  };
}

function runningWords(start: bigint, step: bigint): (from: number, length: number) => Int32Array<ArrayBuffer> {
  const added = wordsOf(step, 2);
  return (from, length) => {
    const words = new Int32Array(2 * length);
    if (length > 0) words.set(wordsOf(start + step * BigInt(from), 2));
    for (let at = 2; at < words.length; at += 2) {
      words[at] = words[at - 2];
      words[at + 1] = words[at - 1];
      addWords(added, words, at);
    }
    return words;
  };
}
