import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EtlError } from '../../src/errors/etl-error.js';
import { MemoryPool } from '../../src/memory/memory-pool.js';

const MIB = 1024 ** 2;

type Step = readonly [who: number, what: 'tryGrow' | 'grow' | 'shrink' | 'free', bytes: number];

const steps = fc.array(
  fc.tuple(fc.nat(3), fc.constantFrom('tryGrow', 'grow', 'shrink', 'free'), fc.nat(60)) as fc.Arbitrary<Step>,
);

test('the pool never gives more than it has, and counts what it gave', () => {
  fc.assert(
    fc.property(steps, fc.nat(100), fc.boolean(), (sequence, capacity, refuseFirstGrow) => {
      const pool = new MemoryPool(capacity, { refuseFirstGrow });
      const reservations = ['a', 'b', 'c', 'd'].map((name) => pool.reserve(name));
      let peak = 0;
      for (const [who, what, bytes] of sequence) {
        const one = reservations[who];
        const before = one.bytes;
        const fits = bytes <= pool.freeBytes;
        if (what === 'tryGrow') {
          const given = one.tryGrow(bytes);
          if (!refuseFirstGrow) expect(given).toBe(fits);
          if (given) expect(fits).toBe(true);
          expect(one.bytes).toBe(given ? before + bytes : before);
        } else if (what === 'grow') {
          if (fits) one.grow(bytes);
          else expect(() => one.grow(bytes)).toThrow(EtlError);
          expect(one.bytes).toBe(fits ? before + bytes : before);
        } else if (what === 'shrink') {
          one.shrink(Math.min(bytes, before));
          expect(one.bytes).toBe(before - Math.min(bytes, before));
        } else {
          one.free();
          expect(one.bytes).toBe(0);
        }
        const sum = reservations.reduce((total, reservation) => total + reservation.bytes, 0);
        peak = Math.max(peak, sum);
        expect(pool.usedBytes).toBe(sum);
        expect(sum).toBeLessThanOrEqual(capacity);
        expect(pool.peakBytes).toBe(peak);
        expect(pool.topConsumers(9).reduce((total, { bytes: held }) => total + held, 0)).toBe(sum);
      }
    }),
  );
});

test('the top consumers come largest first, those that hold nothing not at all', () => {
  const pool = new MemoryPool(100);
  pool.reserve('idle');
  pool.reserve('small').grow(1);
  pool.reserve('large').grow(50);
  pool.reserve('middle').grow(9);
  expect(pool.topConsumers(2)).toEqual([
    { name: 'large', bytes: 50 },
    { name: 'middle', bytes: 9 },
  ]);
});

describe('when even the least does not fit', () => {
  test('the message names who holds what, and the size that would do', () => {
    const pool = new MemoryPool(8 * MIB, { slots: 4 });
    pool.reserve('sort "by_day"').grow(6 * MIB);
    pool.reserve('distinct').grow(MIB);
    const join = pool.reserve('join "orders"');
    const error = refusalOf(() => join.grow(3 * MIB));
    expect(error.code).toBe('ETL-6010');
    expect(error.kind).toBe('os');
    expect(error.message).toBe(
      'join "orders" needs 3 MiB more; the managed memory of a slot is 8 MiB (held: sort "by_day" 6 MiB, distinct 1 MiB)',
    );
    expect(error.hint).toBe('set taskmanager.memory.managed.size to 40m or more for 4 slots');
    expect([join.bytes, pool.usedBytes]).toEqual([0, 7 * MIB]);
  });

  test('the advice is true', () => {
    const needs = [5 * MIB + 1, 7, 3 * MIB];
    const attempt = (capacityBytes: number): void => {
      const pool = new MemoryPool(capacityBytes);
      for (const bytes of needs) pool.reserve('x').grow(bytes);
    };
    const advised = Number(/(\d+)m/.exec(refusalOf(() => attempt(8 * MIB)).hint!)![1]);
    expect(() => attempt(advised * MIB)).not.toThrow();
  });

  test('many consumers are counted, not listed', () => {
    const pool = new MemoryPool(10);
    for (let i = 0; i < 8; i++) pool.reserve(`step ${i}`).grow(1);
    expect(refusalOf(() => pool.reserve('last').grow(9)).message).toMatch(/step 4 1 B, 3 more\)$/);
    expect(refusalOf(() => new MemoryPool(1).reserve('x').grow(2)).message).toMatch(/\(nothing is held\)$/);
  });
});

describe('refusing mode', () => {
  test('refuses once when there is something to spill, in every cycle', () => {
    const memory = new MemoryPool(100, { refuseFirstGrow: true }).reserve('sort');
    memory.grow(10);
    for (let cycle = 0; cycle < 3; cycle++) {
      expect([1, 2, 3, 4].map((bytes) => memory.tryGrow(bytes))).toEqual([true, false, true, true]);
      memory.shrink(memory.bytes - 10);
    }
    memory.free();
    expect(memory.tryGrow(1)).toBe(true);
  });

  test('every loop that spills when refused comes to its end, and spills', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2 });
    fc.assert(
      fc.property(sizes, fc.nat(20), fc.integer({ min: 20, max: 200 }), (batches, minimum, room) => {
        const pool = new MemoryPool(minimum + room, { refuseFirstGrow: true });
        const memory = pool.reserve('sort');
        memory.grow(minimum);
        let spilled = 0;
        for (const bytes of batches) {
          let refusals = 0;
          while (!memory.tryGrow(bytes)) {
            spilled += memory.bytes - minimum;
            memory.shrink(memory.bytes - minimum);
            expect(++refusals).toBe(1);
          }
        }
        expect(spilled).toBeGreaterThan(0);
      }),
    );
  });
});

test('a count that is none is a bug of the caller', () => {
  const memory = new MemoryPool(10).reserve('x');
  for (const bytes of [-1, NaN, 0.5, Infinity]) {
    expect(() => memory.tryGrow(bytes)).toThrow(RangeError);
    expect(() => memory.grow(bytes)).toThrow(RangeError);
  }
  expect(() => memory.shrink(1)).toThrow(RangeError);
});

function refusalOf(act: () => void): EtlError {
  try {
    act();
  } catch (error) {
    if (error instanceof EtlError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
