/** Against the figures of Flink's own classes. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assignPartitions, defaultMaxParallelism, keyGroupOf, operatorIndexOf } from '../../src/kernels/key-group.js';

interface FlinkCases {
  readonly keys: readonly {
    readonly hashCode: number;
    readonly murmur: number;
    readonly keyGroup128: number;
    readonly op_p4_max128: number;
    readonly op_p3_max128: number;
  }[];
  readonly defaultMaxParallelism: Readonly<Record<string, number>>;
}

const cases = JSON.parse(
  readFileSync(new URL('../fixtures/flink-keygroup-cases.json', import.meta.url), 'utf8'),
) as FlinkCases;

test("key groups and their owners are Flink's", () => {
  const ours = cases.keys.map(({ hashCode }) => {
    const group = keyGroupOf(hashCode, 128);
    return [keyGroupOf(hashCode, 0x80000000), group, operatorIndexOf(group, 128, 4), operatorIndexOf(group, 128, 3)];
  });
  expect(ours).toEqual(cases.keys.map((key) => [key.murmur, key.keyGroup128, key.op_p4_max128, key.op_p3_max128]));
});

test('the default number of key groups', () => {
  const entries = Object.entries(cases.defaultMaxParallelism);
  expect(entries.map(([parallelism]) => defaultMaxParallelism(Number(parallelism)))).toEqual(
    entries.map(([, groups]) => groups),
  );
});

test('a subtask owns a range of groups', () => {
  const owners = Array.from({ length: 128 }, (_, group) => operatorIndexOf(group, 128, 5));
  expect([0, 1, 2, 3, 4].map((owner) => [owners.indexOf(owner), owners.lastIndexOf(owner)])).toEqual([
    [0, 25],
    [26, 51],
    [52, 76],
    [77, 102],
    [103, 127],
  ]);
});

test('many hashes at once are assigned as one by one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -0x80000000, max: 0x7fffffff })),
      fc.integer({ min: 1, max: 128 }),
      (hashes, partitions) => {
        const out = new Int32Array(hashes.length);
        assignPartitions(Int32Array.from(hashes), hashes.length, partitions, 128, out);
        expect([...out]).toEqual(hashes.map((hash) => operatorIndexOf(keyGroupOf(hash, 128), 128, partitions)));
      },
    ),
  );
});
