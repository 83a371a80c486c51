/**
 * lookup: adds to each row what another system has for its keys.
 *
 *     batches ─▶ unit ─▶ distinct keys ─┬─ in the cache ──┬─▶ rows with what was found
 *                                       └─ asked in requests of `batch` keys, several under way
 *
 * Units are taken on while there is a connection for them and memory, and leave in their order, or as they are ready. What was found
 * and does not fit makes a unit be done in halves, one after the other.
 */
import type { Batch, Schema } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import type { LookupReader } from '../../connectors/connector.js';
import { EtlError } from '../../errors/etl-error.js';
import { takeColumn } from '../../columnar/take.js';
import type { Operator, OperatorRun } from '../operator.js';
import { addFound } from './add-found.js';
import { lookUp, type LookedUp } from './look-up.js';
import { createLookupState, type LookupDescriptor, type LookupState } from './lookup-plan.js';
import { unitsOf } from './units.js';

export function prepareLookup(
  descriptor: LookupDescriptor,
  input: Schema,
  open: () => Promise<LookupReader>,
): Operator {
  const state = createLookupState(descriptor, input, open);
  return {
    id: descriptor.id,
    async *run([batches], run) {
      state.cache?.attach(run.memory);
      const attempt = new Attempt(state, run, batches);
      try {
        yield* attempt.rows();
      } finally {
        await attempt.stop();
        state.cache?.detach();
      }
    },
    release: async () => {
      state.cache?.clear();
      await state.pool.close();
    },
  };
}

interface UnderWay {
  readonly unit: Batch;
  /** Never rejects. */
  readonly ended: Promise<UnderWay>;
  outcome: { readonly found: LookedUp | null } | { readonly error: unknown } | null;
}

class Attempt {
  private readonly units: AsyncGenerator<Batch>;
  private readonly aborting = new AbortController();
  private readonly signal: AbortSignal;
  private readonly underWay: UnderWay[] = [];
  /** One that has to wait for memory. */
  private waiting: Batch | null = null;
  private hasEnded = false;

  constructor(
    private readonly state: LookupState,
    private readonly run: OperatorRun,
    batches: AsyncIterable<Batch>,
  ) {
    this.units = unitsOf(batches, state.descriptor.manner.batch);
    this.signal = AbortSignal.any([run.signal, this.aborting.signal]);
  }

  async *rows(): AsyncGenerator<Batch> {
    for (;;) {
      await this.takeOn();
      if (this.underWay.length === 0) return;
      const { unit, outcome } = await this.next();
      if ('error' in outcome!) throw outcome.error;
      yield* this.finished(unit, outcome!.found);
      this.run.memory.shrink(sizeOfBatch(unit));
    }
  }

  /** Ends what is under way, and waits until it has. */
  async stop(): Promise<void> {
    this.aborting.abort(new EtlError('ETL-6003', 'canceled'));
    await this.units.return(undefined);
    await Promise.all(this.underWay.map(({ ended }) => ended));
  }

  private async takeOn(): Promise<void> {
    const { pool, descriptor, cache } = this.state;
    const { memory } = this.run;
    while (this.underWay.length === 0 || (!pool.isFull && this.underWay.length < descriptor.manner.concurrency)) {
      const unit = await this.nextUnit();
      if (unit === null) return;
      const bytes = sizeOfBatch(unit);
      if (!memory.tryGrow(bytes)) {
        if (this.underWay.length > 0) {
          this.waiting = unit;
          return;
        }
        cache?.clear();
        memory.grow(bytes);
      }
      this.start(unit);
    }
  }

  private async nextUnit(): Promise<Batch | null> {
    const { waiting } = this;
    this.waiting = null;
    if (waiting !== null || this.hasEnded) return waiting;
    const next = await this.units.next();
    this.hasEnded = next.done === true;
    return next.done === true ? null : next.value;
  }

  private start(unit: Batch): void {
    const finding = this.find(unit, false);
    const entry: UnderWay = {
      unit,
      outcome: null,
      ended: finding.then(
        (found) => ((entry.outcome = { found }), entry),
        (error: unknown) => ((entry.outcome = { error }), entry),
      ),
    };
    this.underWay.push(entry);
  }

  private async next(): Promise<UnderWay> {
    const { underWay } = this;
    const isOrdered = this.state.descriptor.manner.ordered;
    const start = performance.now();
    const done = await (isOrdered ? underWay[0].ended : Promise.race(underWay.map(({ ended }) => ended)));
    this.run.waited(performance.now() - start);
    underWay.splice(underWay.indexOf(done), 1);
    return done;
  }

  private async *finished(unit: Batch, found: LookedUp | null): AsyncGenerator<Batch> {
    if (found !== null) {
      yield* addFound(this.state.descriptor, unit, found, this.run);
      this.run.memory.shrink(found.bytes);
      return;
    }
    const middle = unit.length >> 1;
    for (const half of [rowsOf(unit, 0, middle), rowsOf(unit, middle, unit.length)]) {
      if (half.length === 0) continue;
      yield* this.finished(half, await this.find(half, half.length === 1));
    }
  }

  private find(unit: Batch, mustFit: boolean): Promise<LookedUp | null> {
    return lookUp(unit, { state: this.state, run: this.run, signal: this.signal, mustFit });
  }
}

function rowsOf({ schema, columns }: Batch, from: number, to: number): Batch {
  const rows = Int32Array.from({ length: to - from }, (_, i) => from + i);
  return { schema, columns: columns.map((column) => takeColumn(column, rows)), length: rows.length, selection: null };
}
