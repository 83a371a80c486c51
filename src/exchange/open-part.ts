/** One sealed part of an exchange. Whatever cannot be read of it is a `LostPart`: the task that left it can leave it again. */
import type { Batch } from '../columnar/batch.js';
import { EtlError, toEtlError } from '../errors/etl-error.js';
import type { ExchangePart } from '../protocol/task.js';
import type { RunFile } from '../spill/run-file.js';
import { openRun, type RunReader } from '../spill/run-reader.js';

export class LostPart extends EtlError {
  constructor(
    readonly part: ExchangePart,
    reason: EtlError,
  ) {
    super(reason.code, reason.message, { hint: reason.hint, at: reason.at, cause: reason });
  }
}

export class OpenPart {
  constructor(
    private readonly part: ExchangePart,
    private readonly reader: RunReader,
  ) {}

  get sample(): Uint8Array {
    return this.reader.sample;
  }

  /** Those of some partitions, in the order in which they were written. */
  batchesOf(isWanted: (partition: number) => boolean): number[] {
    return Array.from({ length: this.reader.batchCount }, (_, i) => i).filter((i) =>
      isWanted(this.reader.entry(i).partition),
    );
  }

  /** The same, those of each sorted run by themselves; runs without any are left out. */
  runsOf(isWanted: (partition: number) => boolean): number[][] {
    const runs = new Map<number, number[]>();
    for (const batch of this.batchesOf(isWanted)) {
      const { run } = this.reader.entry(batch);
      const batches = runs.get(run);
      if (batches === undefined) runs.set(run, [batch]);
      else batches.push(batch);
    }
    return [...runs.values()];
  }

  /** In memory. */
  bytesOf(batch: number): number {
    return this.reader.entry(batch).rawBytes;
  }

  rowsOf(batch: number): number {
    return this.reader.entry(batch).rows;
  }

  read(batch: number): Promise<Batch> {
    return unlessLost(this.part, () => this.reader.readBatch(batch));
  }

  close(): void {
    this.reader.close();
  }
}

/** A part that several read at once: opened by the first of them, closed by the last. */
export class SharedPart {
  private readers = 0;
  private opening: Promise<OpenPart> | null = null;

  constructor(private readonly part: ExchangePart) {}

  open(): Promise<OpenPart> {
    this.readers++;
    return (this.opening ??= openPart(this.part));
  }

  /** To be called after each `open`, whatever became of it. */
  async close(): Promise<void> {
    if (--this.readers > 0) return;
    const { opening } = this;
    this.opening = null;
    const open = await opening?.catch(() => null);
    open?.close();
  }
}

export async function openPart(part: ExchangePart): Promise<OpenPart> {
  return new OpenPart(part, await unlessLost(part, () => openRun(part.file as unknown as RunFile)));
}

async function unlessLost<T>(part: ExchangePart, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new LostPart(part, toEtlError(error));
  }
}
