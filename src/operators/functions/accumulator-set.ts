/** The accumulators of one step in one task: made by name when they are first asked for. */
import { ValueError } from '../../columnar/row-errors.js';
import type { Accumulator } from '../../protocol/accumulators.js';
import type { AccumulatorContext } from '../../protocol/user-function.js';

/** They are kept and sent whole: something is wrong with a function that makes more. */
const MOST_VALUES = 10_000;

type Kind = Accumulator['kind'];

export class AccumulatorSet implements AccumulatorContext {
  private readonly made = new Map<string, { readonly kind: Kind; readonly handle: object; value: () => Accumulator }>();

  counter(name: string) {
    let sum = 0n;
    return this.own(name, 'counter', () => ({
      handle: { add: (more: bigint | number = 1n) => void (sum += BigInt(more)) },
      value: () => ({ kind: 'counter' as const, value: String(sum) }),
    }));
  }

  double(name: string) {
    let sum = 0;
    return this.own(name, 'double', () => ({
      handle: { add: (more: number) => void (sum += more) },
      value: () => ({ kind: 'double' as const, value: sum }),
    }));
  }

  minimum(name: string) {
    let least = Infinity;
    return this.own(name, 'minimum', () => ({
      handle: { add: (one: number) => void (least = Math.min(least, one)) },
      value: () => ({ kind: 'minimum' as const, value: least }),
    }));
  }

  maximum(name: string) {
    let most = -Infinity;
    return this.own(name, 'maximum', () => ({
      handle: { add: (one: number) => void (most = Math.max(most, one)) },
      value: () => ({ kind: 'maximum' as const, value: most }),
    }));
  }

  average(name: string) {
    let [sum, count] = [0, 0];
    const add = (one: number): void => {
      sum += one;
      count++;
    };
    return this.own(name, 'average', () => ({
      handle: { add },
      value: () => ({ kind: 'average' as const, sum, count }),
    }));
  }

  histogram(name: string) {
    const counts = new Map<string, number>();
    const add = (one: string | number | bigint): void => {
      const key = String(one);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      checkSize(name, counts.size);
    };
    return this.own(name, 'histogram', () => ({
      handle: { add },
      value: () => ({ kind: 'histogram' as const, counts: Object.fromEntries(counts) }),
    }));
  }

  list(name: string) {
    const values: (string | number | boolean | null)[] = [];
    const add = (one: string | number | boolean | null): void => void checkSize(name, values.push(one));
    return this.own(name, 'list', () => ({ handle: { add }, value: () => ({ kind: 'list' as const, values }) }));
  }

  gauge(name: string) {
    let last = 0;
    return this.own(name, 'gauge', () => ({
      handle: { set: (one: number) => void (last = one) },
      value: () => ({ kind: 'gauge' as const, value: last }),
    }));
  }

  /** Null when none was made. */
  values(): Readonly<Record<string, Accumulator>> | null {
    if (this.made.size === 0) return null;
    return Object.fromEntries([...this.made].map(([name, { value }]) => [name, value()]));
  }

  private own<Handle extends object>(
    name: string,
    kind: Kind,
    make: () => { readonly handle: Handle; readonly value: () => Accumulator },
  ): Handle {
    const known = this.made.get(name);
    if (known === undefined) {
      const fresh = make();
      this.made.set(name, { kind, ...fresh });
      return fresh.handle;
    }
    if (known.kind !== kind) throw new TypeError(`the accumulator "${name}" is a ${known.kind}, not a ${kind}`);
    return known.handle as Handle;
  }
}

function checkSize(name: string, size: number): void {
  if (size > MOST_VALUES)
    throw new ValueError('54000', `the accumulator "${name}" holds more than ${MOST_VALUES} values`);
}
