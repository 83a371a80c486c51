/**
 * The precision of `CAST(x AS timestamp(3))`: seconds rounded to so many digits.
 *
 * PostgreSQL counts timestamps from 2000: what lies halfway goes away from there, so back before it and forth behind it.
 */
import { bound, define, type BoundCall, type Overload, type SqlPrinter } from '../overload.js';
import { isInfinite } from './moment.js';

/** 2000-01-01 */
const ORIGIN = 946684800000000;

export const roundFunctions: readonly Overload[] = (['time', 'timestamp', 'timestamptz'] as const).map((kind) =>
  define(
    'cast digits',
    [kind, 'int32'],
    kind,
    bound(
      (call) => {
        const unit = BigInt(unitOf(call));
        const origin = kind === 'time' ? 0n : BigInt(ORIGIN);
        return (micros: bigint) => {
          if (isInfinite(micros)) return micros;
          const rest = ((micros % unit) + unit) % unit;
          return micros - rest + (isUp(Number(rest), Number(unit), micros < origin) ? unit : 0n);
        };
      },
      {
        bindFast: (call) => {
          const unit = unitOf(call);
          const origin = kind === 'time' ? 0 : ORIGIN;
          return (micros: number) => {
            const rest = ((micros % unit) + unit) % unit;
            return micros - rest + (isUp(rest, unit, micros < origin) ? unit : 0);
          };
        },
      },
    ),
    castSql(kind),
  ),
);

function isUp(rest: number, unit: number, isBefore: boolean): boolean {
  return isBefore ? 2 * rest > unit : 2 * rest >= unit;
}

function unitOf(call: BoundCall): number {
  return 10 ** (6 - Number(call.constants[1]));
}

function castSql(kind: string): SqlPrinter {
  return (args) => `CAST(${args[0]} AS ${kind}(${args[1]}))`;
}
