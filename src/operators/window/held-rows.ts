/** Rows that wait for the end of their frame: in memory as far as it is granted, then in files, in the order in which they came. */
import type { Batch } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import type { OperatorRun } from '../operator.js';
import { spillRun, type SpilledRun } from '../spill-run.js';

export class HeldRows {
  private batches: Batch[] = [];
  private bytes = 0;
  private runs: SpilledRun[] = [];

  constructor(private readonly run: OperatorRun) {}

  get isEmpty(): boolean {
    return this.batches.length === 0 && this.runs.length === 0;
  }

  async add(batch: Batch): Promise<void> {
    const bytes = sizeOfBatch(batch);
    if (!this.run.memory.tryGrow(bytes)) {
      await this.spill();
      this.run.memory.grow(bytes);
    }
    this.batches.push(batch);
    this.bytes += bytes;
  }

  async *read(): AsyncGenerator<Batch> {
    for (const run of this.runs) yield* run.read();
    yield* this.batches;
  }

  clear(): void {
    this.runs.forEach((run) => run.drop());
    this.runs = [];
    this.drop();
  }

  private async spill(): Promise<void> {
    const [first] = this.batches;
    if (first === undefined) return;
    const { resources } = this.run;
    this.runs.push(await spillRun({ label: 'over', schema: heldSchema(first), batches: this.batches, resources }));
    this.drop();
  }

  private drop(): void {
    this.run.memory.shrink(this.bytes);
    this.batches = [];
    this.bytes = 0;
  }
}

/** With the columns that are known already. */
function heldSchema({ columns }: Batch): Batch['schema'] {
  return { fields: columns.map(({ type }, i) => ({ name: `c${i}`, type, nullable: true })) };
}
