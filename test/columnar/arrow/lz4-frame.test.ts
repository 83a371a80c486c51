import { compressionRegistry, CompressionType, RecordBatchStreamWriter, tableFromArrays } from 'apache-arrow';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ArrowError } from '../../../src/columnar/arrow/arrow-error.js';
import { unpackLz4Frame } from '../../../src/columnar/arrow/lz4-frame.js';
import { rowsOf } from '../any-batch.js';
import { decodeStream } from './messages.js';

/** Packed by the program `lz4` 1.9.4: options, what was packed, the frame. */
interface Sample {
  readonly options: string;
  readonly content: 'empty' | 'short' | 'zeros' | 'words' | 'noise';
  readonly frame: string;
}

const samples = JSON.parse(readFileSync(new URL('lz4-frames.json', import.meta.url), 'utf8')) as Sample[];

const contents: Readonly<Record<Sample['content'], Buffer>> = {
  empty: Buffer.alloc(0),
  short: Buffer.from('short'),
  zeros: Buffer.alloc(100_000),
  words: Buffer.from(Array.from({ length: 9000 }, (_, i) => `word${(i * i) % 97} `).join('')),
  noise: Buffer.from(Uint8Array.from({ length: 3000 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 0xff)),
};

describe('frames of the lz4 program', () => {
  test.each(samples)('$content, lz4 $options', ({ content, frame }) => {
    const expected = contents[content];
    expect(unpackLz4Frame(Buffer.from(frame, 'base64'), expected.length).equals(expected)).toBe(true);
  });
});

test('damage is an ArrowError or other bytes, never a crash', () => {
  const words = samples.find(({ content }) => content === 'words')!;
  const frame = Buffer.from(words.frame, 'base64');
  fc.assert(
    fc.property(
      fc.nat(frame.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(frame.length),
      (at, mask, length) => {
        const changed = Buffer.from(frame);
        changed[at] ^= mask;
        for (const input of [changed, frame.subarray(0, length)]) {
          try {
            expect(unpackLz4Frame(input, contents.words.length)).toHaveLength(contents.words.length);
          } catch (error) {
            if (!(error instanceof ArrowError)) throw error;
          }
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(() => unpackLz4Frame(frame, contents.words.length - 1)).toThrow(ArrowError);
  expect(() => unpackLz4Frame(frame, contents.words.length + 1)).toThrow(ArrowError);
});

test('compressed batches of another writer', () => {
  // A frame of one stored block is what a packer makes of noise.
  const encode = (data: Uint8Array): Uint8Array => {
    const head = Buffer.alloc(11);
    head.writeUInt32LE(0x184d2204, 0);
    head.set([0x60, 0x40, 0x82], 4);
    head.writeUInt32LE(data.length + 0x80000000, 7);
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  compressionRegistry.set(CompressionType.LZ4_FRAME, { encode, decode: (data) => data });
  const table = tableFromArrays({ a: Int32Array.of(1, 2, 3), b: ['x', 'yy', 'zzz'] });
  const writer = new RecordBatchStreamWriter({ compressionType: CompressionType.LZ4_FRAME });
  writer.writeAll(table);
  const { batches } = decodeStream(Buffer.from(writer.toUint8Array(true)));
  expect(batches.flatMap(rowsOf)).toEqual([
    [1, 'x'],
    [2, 'yy'],
    [3, 'zzz'],
  ]);
});
