/**
 * The readers of one lookup in one slot, each a connection of its own: at most `most`, opened when they are first needed, kept from
 * request to request. One that failed is closed and never used again.
 */
import type { LookupReader } from '../../connectors/connector.js';

export class ReaderPool {
  private readonly idle: LookupReader[] = [];
  private readonly waiting: (() => void)[] = [];
  private busy = 0;

  constructor(
    private readonly open: () => Promise<LookupReader>,
    private readonly most: number,
  ) {}

  /** Would whoever comes next have to wait? */
  get isFull(): boolean {
    return this.busy >= this.most;
  }

  /** `work` with a reader that nobody else has meanwhile. */
  async use<Result>(work: (reader: LookupReader) => Promise<Result>): Promise<Result> {
    while (this.isFull) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.busy++;
    let failed: LookupReader | null = null;
    try {
      const reader = (failed = this.idle.pop() ?? (await this.open()));
      const result = await work(reader);
      this.idle.push(reader);
      failed = null;
      return result;
    } finally {
      await failed?.close();
      this.busy--;
      this.waiting.shift()?.();
    }
  }

  /** Those that nobody uses. */
  async close(): Promise<void> {
    await Promise.all(this.idle.splice(0).map((reader) => reader.close()));
  }
}
