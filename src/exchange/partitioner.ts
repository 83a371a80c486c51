/**
 * Which partition each row of a batch goes to: one function for each ship strategy.
 *
 * A row's partition depends on its values (HASH, CUSTOM) or on its place in the subtask's rows (REBALANCE, SHUFFLE): the
 * attempts of a task send every row the same way, as long as they read the same rows in the same order.
 */
import { rowCount, type Batch, type Schema } from '../columnar/batch.js';
import { cellToJs } from '../columnar/js-value.js';
import { EtlError } from '../errors/etl-error.js';
import { hashColumns } from '../kernels/hash-columns.js';
import { assignPartitions, defaultMaxParallelism } from '../kernels/key-group.js';
import { finishHash } from '../kernels/murmur.js';
import type { Ship } from '../protocol/task.js';

const SUBPARTITION_SEED = 0x2545f491;

/** Stores the partition of each counted row of the batch at `out[0 .. rowCount)`. */
export type Partitioner = (batch: Batch, out: Int32Array) => void;
export type CustomPartition = (key: unknown, partitions: number) => unknown;

export interface PartitionerRequest {
  readonly ship: Ship;
  readonly schema: Schema;
  readonly partitions: number;
  /** Of a HASH: parts of each partition, which are then numbered one behind the other. */
  readonly subpartitions: number;
  /** Which task of the producing vertex this is: where round robin starts. */
  readonly subtask: number;
  /** The user's function of a CUSTOM exchange. */
  readonly custom: CustomPartition | null;
}

export function createPartitioner(request: PartitionerRequest): Partitioner {
  const { ship, partitions, subpartitions, subtask } = request;
  if (partitions * subpartitions === 1) return toOne(0);
  switch (ship.kind) {
    case 'HASH':
      return byHash(ship.columns, partitions, subpartitions);
    case 'CUSTOM':
      return byFunction(request, ship.columns);
    case 'REBALANCE': {
      let next = subtask % partitions;
      return (batch, out) => {
        const count = rowCount(batch);
        for (let i = 0; i < count; i++) {
          out[i] = next;
          if (++next === partitions) next = 0;
        }
      };
    }
    case 'SHUFFLE': {
      const random = randomOf(subtask);
      return (batch, out) => {
        const count = rowCount(batch);
        for (let i = 0; i < count; i++) out[i] = random() % partitions;
      };
    }
    case 'FORWARD':
    case 'RESCALE':
      return toOne(subtask % partitions);
    case 'GLOBAL':
    case 'BROADCAST':
    case 'RANGE':
      return toOne(0);
    default:
      return ship satisfies never;
  }
}

function toOne(partition: number): Partitioner {
  return (batch, out) => void out.fill(partition, 0, rowCount(batch));
}

function byHash(columns: readonly number[], partitions: number, subpartitions: number): Partitioner {
  let hashes = new Int32Array(0);
  const maxParallelism = defaultMaxParallelism(partitions);
  return (batch, out) => {
    const count = rowCount(batch);
    if (hashes.length < count) hashes = new Int32Array(count);
    const keys = columns.map((column) => batch.columns[column]);
    hashColumns(keys, batch.selection, count, hashes);
    assignPartitions(hashes, count, partitions, maxParallelism, out);
    if (subpartitions > 1) assignSubpartitions(hashes, count, subpartitions, out);
  };
}

/** By bits of the hash that say nothing of the partition. `subpartitions`: a power of two. */
function assignSubpartitions(hashes: Int32Array, count: number, subpartitions: number, out: Int32Array): void {
  for (let i = 0; i < count; i++)
    out[i] = out[i] * subpartitions + (finishHash(hashes[i] ^ SUBPARTITION_SEED) & (subpartitions - 1));
}

function byFunction({ custom, partitions, schema }: PartitionerRequest, columns: readonly number[]): Partitioner {
  return (batch, out) => {
    const count = rowCount(batch);
    for (let i = 0; i < count; i++) {
      const row = batch.selection === null ? i : batch.selection[i];
      const values = columns.map((column) => cellToJs(batch.columns[column], row));
      const partition = custom!(values.length === 1 ? values[0] : values, partitions);
      if (typeof partition !== 'number' || !Number.isInteger(partition) || partition < 0 || partition >= partitions) {
        const key = columns.map((column) => schema.fields[column].name).join(', ');
        throw new EtlError(
          'ETL-5003',
          `the partition function of (${key}) returned ${String(partition)}: expected an integer from 0 to ${partitions - 1}`,
        );
      }
      out[i] = partition;
    }
  };
}

/** The same numbers for every attempt: an xorshift, seeded by the subtask. */
function randomOf(subtask: number): () => number {
  let state = (Math.imul(subtask + 1, 0x9e3779b1) | 1) >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}
