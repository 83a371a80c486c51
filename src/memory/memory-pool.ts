/**
 * The managed (or network) memory of one slot, shared by the operators that run in it.
 *
 * Invariant: the bytes of all reservations together never exceed `capacityBytes`. Whoever asks first gets them: operators
 * of a chain take turns within one process, and each can spill, so nobody waits for anybody.
 *
 * **Refusing mode** (`debug.force-spill`) makes every operator spill whatever its budget. In each cycle of a reservation
 *
 *     tryGrow → true      there is something to spill now
 *     tryGrow → false     refused once, though it would fit
 *     tryGrow → true …    whoever cannot spill just then goes on
 *     shrink, free        all that tryGrow gave is back: the next cycle
 *
 * a refusal comes after a grant and before another: an operator that retries always gets ahead, as it does in a pool
 * that is full. `grow` is never refused by it.
 */
import { formatBytes } from '../config/units.js';
import { EtlError } from '../errors/etl-error.js';
import type { Reservation } from './reservation.js';

/** Which part of Flink's memory model it is. */
export type PoolKind = 'managed' | 'network';

export interface MemoryPoolOptions {
  /** For messages; default: managed. */
  readonly kind?: PoolKind;
  /** Refusing mode: the growth of a reservation is refused once as soon as there is something to spill. */
  readonly refuseFirstGrow?: boolean;
  /** Slots that share the configured managed memory; for the advice in messages. */
  readonly slots?: number;
}

export interface Consumer {
  readonly name: string;
  readonly bytes: number;
}

const settingOf: Readonly<Record<PoolKind, string>> = {
  managed: 'taskmanager.memory.managed.size',
  network: 'taskmanager.memory.network.min (and .max, where that is less)',
};

const SHOWN_CONSUMERS = 5;
const MIB = 1024 ** 2;

export class MemoryPool {
  private used = 0;
  private peak = 0;
  /** Those that hold something. */
  private readonly holders = new Set<PoolReservation>();
  private readonly refuses: boolean;
  private readonly slots: number;
  private readonly kind: PoolKind;

  constructor(
    readonly capacityBytes: number,
    options: MemoryPoolOptions = {},
  ) {
    this.refuses = options.refuseFirstGrow ?? false;
    this.slots = options.slots ?? 1;
    this.kind = options.kind ?? 'managed';
  }

  /**
   * A reservation of nothing yet, of `mostBytes` at the most. Names are for people: `join "orders"`; two may be the same.
   */
  reserve(name: string, mostBytes = this.capacityBytes): Reservation {
    return new PoolReservation(this, name, mostBytes, this.refuses);
  }

  get usedBytes(): number {
    return this.used;
  }

  /** The most that was ever used at once. */
  get peakBytes(): number {
    return this.peak;
  }

  get freeBytes(): number {
    return this.capacityBytes - this.used;
  }

  /** Who holds most, in that order. */
  topConsumers(n: number): Consumer[] {
    return [...this.holders]
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, n)
      .map(({ name, bytes }) => ({ name, bytes }));
  }

  /** For reservations: moves the count of one of them by `bytes`, if that fits. */
  move(reservation: PoolReservation, bytes: number): boolean {
    if (bytes > this.freeBytes || reservation.bytes + bytes > reservation.mostBytes) return false;
    this.used += bytes;
    if (this.used > this.peak) this.peak = this.used;
    if (reservation.bytes + bytes > 0) this.holders.add(reservation);
    else this.holders.delete(reservation);
    return true;
  }

  /** For reservations: why `grow` fails. */
  tooSmall(name: string, bytes: number): EtlError {
    const consumers = this.topConsumers(SHOWN_CONSUMERS).map((one) => `${one.name} ${formatBytes(one.bytes)}`);
    const others = this.holders.size - consumers.length;
    if (others > 0) consumers.push(`${others} more`);
    const held = consumers.length === 0 ? 'nothing is held' : `held: ${consumers.join(', ')}`;
    const needed = Math.ceil(((this.used + bytes) * this.slots) / MIB);
    const slots = this.slots === 1 ? '' : ` for ${this.slots} slots`;
    return new EtlError(
      'ETL-6010',
      `${name} needs ${formatBytes(bytes)} more; the ${this.kind} memory of a slot is ${formatBytes(this.capacityBytes)} (${held})`,
      { hint: `set ${settingOf[this.kind]} to ${needed}m or more${slots}` },
    );
  }
}

class PoolReservation implements Reservation {
  private held = 0;
  /** The part of it that `tryGrow` gave. */
  private granted = 0;
  private refused = false;

  constructor(
    private readonly pool: MemoryPool,
    readonly name: string,
    /** Its share, where several operators share the pool. */
    readonly mostBytes: number,
    private readonly refuses: boolean,
  ) {}

  get bytes(): number {
    return this.held;
  }

  tryGrow(bytes: number): boolean {
    checkCount(bytes);
    if (this.refuses && !this.refused && this.granted > 0) {
      this.refused = true;
      return false;
    }
    if (!this.pool.move(this, bytes)) return false;
    this.held += bytes;
    this.granted += bytes;
    return true;
  }

  grow(bytes: number): void {
    checkCount(bytes);
    if (!this.pool.move(this, bytes)) throw this.pool.tooSmall(this.name, bytes);
    this.held += bytes;
  }

  shrink(bytes: number): void {
    checkCount(bytes);
    if (bytes > this.held) throw new RangeError(`${this.name} gives back ${bytes} bytes of ${this.held}`);
    this.pool.move(this, -bytes);
    this.held -= bytes;
    this.granted = Math.max(0, this.granted - bytes);
    if (this.granted === 0) this.refused = false;
  }

  free(): void {
    this.shrink(this.held);
  }
}

/** A count that is no count would spoil every later one. */
function checkCount(bytes: number): void {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`${bytes} is no number of bytes`);
}
