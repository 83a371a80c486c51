/**
 * What a lookup has found lately, in two generations: what is added goes to the young one; when that is full, or refused more memory,
 * it becomes the old one, and the old one is forgotten. What is found in the old one moves to the young one, so what is asked for
 * often stays. Refused memory makes it smaller, and is never an error.
 *
 * It lasts from split to split of a vertex: `attach` counts what is still there in the attempt's own memory.
 */
import { MAX_BATCH_ROWS, type Batch, type Schema } from '../../columnar/batch.js';
import { gatherRows } from '../../columnar/gather-rows.js';
import { takeColumn } from '../../columnar/take.js';
import type { FoundRows } from '../../connectors/connector.js';
import type { Reservation } from '../../memory/reservation.js';
import { CacheGeneration, type KeptRows } from './cache-generation.js';
import { noRows, type Found } from './found.js';

export interface CacheOptions {
  readonly keys: Schema;
  readonly found: Schema;
  /** Most rows, and keys without any. */
  readonly rows: number;
  readonly ttlMs: number | null;
  readonly now: () => number;
}

export interface CacheAnswer {
  readonly parts: readonly FoundRows[];
  /** The keys that are not in the cache. */
  readonly missing: Int32Array;
}

export class LookupCache {
  private young: CacheGeneration;
  private old: CacheGeneration;
  private memory: Reservation | null = null;

  constructor(private readonly options: CacheOptions) {
    this.young = new CacheGeneration(options.keys);
    this.old = new CacheGeneration(options.keys);
  }

  /** An attempt begins, with memory of its own. */
  attach(memory: Reservation): void {
    this.memory = null;
    const { bytes } = this;
    if (!memory.tryGrow(bytes)) this.clear();
    this.memory = memory;
  }

  /** The attempt has ended; what it held is not counted any more. */
  detach(): void {
    this.memory = null;
  }

  clear(): void {
    this.memory?.shrink(this.bytes);
    this.young = new CacheGeneration(this.options.keys);
    this.old = new CacheGeneration(this.options.keys);
  }

  /** `keys`: without holes, none twice. The parts are copies. */
  find(keys: Batch): CacheAnswer {
    const young = this.entriesIn(this.young, keys);
    const old = this.entriesIn(this.old, keys);
    const missing: number[] = [];
    for (let key = 0; key < keys.length; key++) {
      if (young[key] >= 0) old[key] = -1;
      else if (old[key] < 0) missing.push(key);
    }
    const parts = this.taken(this.young, young);
    const moved = this.taken(this.old, old);
    this.renew(keys, old, moved);
    return { parts: [...parts, ...moved], missing: Int32Array.from(missing) };
  }

  /** What was found for `keys` just now. More rows than a batch holds are not kept. */
  add(keys: Batch, { batches, offsets, addresses }: Found): void {
    if (addresses.length > MAX_BATCH_ROWS) return;
    const now = this.options.now();
    this.keep(keys, { rows: gatherRows(this.options.found, batches, addresses), offsets, timeOf: () => now });
  }

  private get bytes(): number {
    return this.young.bytes + this.old.bytes;
  }

  /** By key: its entry, or -1 where there is none or it is too old. */
  private entriesIn(generation: CacheGeneration, keys: Batch): Int32Array {
    const { ttlMs, now } = this.options;
    const entries = new Int32Array(keys.length);
    generation.find(keys, entries);
    if (ttlMs === null) return entries;
    const least = now() - ttlMs;
    return entries.map((entry) => (entry >= 0 && generation.times[entry] >= least ? entry : -1));
  }

  private taken({ starts, counts, batches }: CacheGeneration, entries: Int32Array): FoundRows[] {
    let total = 0;
    for (const entry of entries) if (entry >= 0) total += counts[entry];
    const addresses = new Int32Array(total);
    const ofRow = new Int32Array(total);
    let to = 0;
    entries.forEach((entry, key) => {
      for (let i = 0; entry >= 0 && i < counts[entry]; i++) {
        addresses[to] = starts[entry] + i;
        ofRow[to++] = key;
      }
    });
    const parts: FoundRows[] = [];
    for (let from = 0; from < total; from += MAX_BATCH_ROWS) {
      const end = Math.min(total, from + MAX_BATCH_ROWS);
      const rows = gatherRows(this.options.found, batches, addresses.subarray(from, end));
      parts.push({ rows, keys: ofRow.subarray(from, end) });
    }
    return parts;
  }

  /** What was found in the old generation moves to the young one, and stays as old as it is. */
  private renew(keys: Batch, entries: Int32Array, parts: readonly FoundRows[]): void {
    const chosen: number[] = [];
    entries.forEach((entry, key) => void (entry >= 0 && chosen.push(key)));
    if (chosen.length === 0 || parts.length > 1) return;
    const { counts, times } = this.old;
    const offsets = new Int32Array(chosen.length + 1);
    chosen.forEach((key, i) => (offsets[i + 1] = offsets[i] + counts[entries[key]]));
    const rows = parts[0]?.rows ?? noRows(this.options.found);
    this.keep(takeKeys(keys, Int32Array.from(chosen)), { rows, offsets, timeOf: (i) => times[entries[chosen[i]]] });
  }

  private keep(keys: Batch, kept: KeptRows): void {
    const most = Math.max(1, Math.floor(this.options.rows / 2));
    if (this.memory === null || Math.max(keys.length, kept.rows.length) > most) return;
    if (this.young.size + Math.max(keys.length, kept.rows.length) > most) this.rotate();
    if (this.tryAdd(keys, kept)) return;
    this.rotate();
    if (this.tryAdd(keys, kept)) return;
    this.rotate();
    this.tryAdd(keys, kept);
  }

  private rotate(): void {
    this.memory!.shrink(this.old.bytes);
    this.old = this.young;
    this.young = new CacheGeneration(this.options.keys);
  }

  private tryAdd(keys: Batch, kept: KeptRows): boolean {
    const before = this.young.bytes;
    const most = this.young.bytesWith(keys, kept);
    if (this.young.isFull || !this.memory!.tryGrow(most - before)) return false;
    this.young.add(keys, kept);
    this.memory!.shrink(Math.max(0, most - this.young.bytes));
    return true;
  }
}

export function takeKeys({ schema, columns }: Batch, keys: Int32Array): Batch {
  return { schema, columns: columns.map((column) => takeColumn(column, keys)), length: keys.length, selection: null };
}
