/**
 * A sealed file of batches: a sorted run, a partition of a hash table, what an exchange hands over. Plain data, for
 * whoever reads it, in this process or another.
 *
 *     schema | batch | batch | … | end mark | trailer | tail
 *     └────────── Arrow IPC stream ─────────┘
 *
 * Any Arrow reader stops at the end mark. Ours reads the trailer first (run-trailer.ts), and believes nothing of the
 * rest that its checksums do not cover.
 */
export interface RunFile {
  readonly path: string;
  /** Random, in the file too: tells it from every other file, also of the same attempt. */
  readonly id: string;
  readonly origin: RunOrigin;
  readonly rows: number;
  /** Size of the file. */
  readonly bytes: number;
  readonly batches: number;
  /** Partitions that have rows, ascending. */
  readonly partitions: readonly PartitionSummary[];
}

/** Whose work a file is. A file of another origin than expected is refused. */
export interface RunOrigin {
  readonly runId: string;
  readonly vertex: string;
  readonly attempt: number;
}

export interface PartitionSummary {
  readonly partition: number;
  readonly rows: number;
  readonly bytes: number;
}
