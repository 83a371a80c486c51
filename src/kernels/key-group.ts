/**
 * Flink's key groups: a key belongs to one of `maxParallelism` groups for ever, and a range of groups to one subtask, so
 * that the number of subtasks can change without asking the keys again.
 *
 * Sources: Flink's KeyGroupRangeAssignment and MathUtils.murmurHash.
 */
import { finishHash, mixWord } from './murmur.js';

const MIN_GROUPS = 128;
const MAX_GROUPS = 32768;

/** The number of key groups when nobody names one: 1.5 times the parallelism as a power of two, 128 to 32,768. */
export function defaultMaxParallelism(parallelism: number): number {
  const wish = parallelism + Math.floor(parallelism / 2);
  const power = wish <= 1 ? 1 : 2 ** (32 - Math.clz32(wish - 1));
  return Math.min(Math.max(power, MIN_GROUPS), MAX_GROUPS);
}

/** 0 to `maxParallelism` - 1. */
export function keyGroupOf(hash: number, maxParallelism: number): number {
  return magnitudeOf(hash) % maxParallelism;
}

function magnitudeOf(hash: number): number {
  const mixed = finishHash(mixWord(0, hash) ^ 4);
  // Java's rule: the magnitude, and 0 for the integer that has none.
  return mixed >= 0 ? mixed : mixed === -0x80000000 ? 0 : -mixed;
}

/** The subtask that owns a key group. */
export function operatorIndexOf(keyGroup: number, maxParallelism: number, parallelism: number): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism);
}

/** The subtask of each of `count` hashes, of `partitions` many. */
export function assignPartitions(
  hashes: Int32Array,
  count: number,
  partitions: number,
  maxParallelism: number,
  out: Int32Array,
): void {
  const ownerOf = Int32Array.from({ length: maxParallelism }, (_, group) =>
    operatorIndexOf(group, maxParallelism, partitions),
  );
  // A power of two, as the default is, needs no division.
  const mask = maxParallelism - 1;
  if ((maxParallelism & mask) === 0) for (let i = 0; i < count; i++) out[i] = ownerOf[magnitudeOf(hashes[i]) & mask];
  else for (let i = 0; i < count; i++) out[i] = ownerOf[magnitudeOf(hashes[i]) % maxParallelism];
}
