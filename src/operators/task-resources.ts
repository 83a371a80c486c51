/** What a slot has for the work of its tasks: memory to reserve, disk to spill to. */
import type { AttemptId } from '../connectors/connector.js';
import type { MemoryPool } from '../memory/memory-pool.js';
import type { SpillSpace } from '../spill/spill-space.js';

export interface SlotResources {
  /** Managed memory: what operators reserve from. */
  readonly managed: MemoryPool;
  /** Network memory: the buffers of exchanges. */
  readonly network: MemoryPool;
  readonly spill: SpillSpace;
  /** Most rows of a batch that an operator makes; `debug.batch-rows`. */
  readonly batchRows: number;
}

/** The same, for one task. */
export interface TaskResources extends SlotResources {
  readonly task: AttemptId;
  /** Which task of its vertex this is, and how many there are: the partition of an exchange, or the split of a source. */
  readonly subtask: number;
  readonly subtasks: number;
}
