/**
 * What one operator holds of its slot's managed memory, by name. Taken from a `MemoryPool` with `reserve(name)`.
 *
 *     const memory = pool.reserve('sort "by_total"');
 *     memory.grow(LEAST_BYTES);                       // once: what it cannot do without
 *     for await (const batch of input) {
 *       if (!memory.tryGrow(bytesOf(batch))) {        // refused: time to spill
 *         await spill();                              // … which ends in shrink()
 *         memory.grow(bytesOf(batch));                // a batch must fit when nothing else is held
 *       }
 *     }
 *     memory.free();
 *
 * Counts are bookkeeping: nothing is allocated. Track what grows with rows; call before the bytes are there.
 */
export interface Reservation {
  readonly name: string;
  /** The most that it may hold. */
  readonly mostBytes: number;
  /** Bytes held now. */
  readonly bytes: number;
  /** Takes `bytes` more if the pool has them. False is the signal to spill; it is no failure and nothing was taken. */
  tryGrow(bytes: number): boolean;
  /**
   * Takes `bytes` more, for the least with which an operator can go on.
   * @throws EtlError ETL-6010 naming who holds what, and the size that would do
   */
  grow(bytes: number): void;
  /** Gives `bytes` back. Never more than are held. */
  shrink(bytes: number): void;
  /** Gives all back. The reservation can be used again. */
  free(): void;
}
