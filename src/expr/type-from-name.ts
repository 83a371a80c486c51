/**
 * PostgreSQL's names of types ↔ `DataType`.
 *
 * Takes every alias and `format_type` spelling of the types that etl computes with, and null for any other; the way back is
 * `typeName` of data-type.ts. Precision of times is not kept: values have microseconds. `numeric` beyond 38 digits is `numeric`.
 */
import type { DataType } from '../columnar/data-type.js';

const simple: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ...named({ kind: 'boolean' }, 'boolean', 'bool'),
  ...named({ kind: 'int16' }, 'smallint', 'int2'),
  ...named({ kind: 'int32' }, 'integer', 'int', 'int4'),
  ...named({ kind: 'int64' }, 'bigint', 'int8'),
  ...named({ kind: 'float32' }, 'real', 'float4'),
  ...named({ kind: 'float64' }, 'double precision', 'float8', 'float'),
  ...named({ kind: 'numeric' }, 'numeric', 'decimal', 'dec'),
  ...named({ kind: 'text' }, 'text'),
  ...named({ kind: 'text', sqlName: 'character varying' }, 'character varying', 'varchar', 'char varying'),
  ...named({ kind: 'text', sqlName: 'character' }, 'character', 'char', 'bpchar'),
  ...named({ kind: 'text', sqlName: 'name' }, 'name'),
  ...named({ kind: 'json' }, 'json'),
  ...named({ kind: 'jsonb' }, 'jsonb'),
  ...named({ kind: 'uuid' }, 'uuid'),
  ...named({ kind: 'bytea' }, 'bytea'),
  ...named({ kind: 'date' }, 'date'),
  ...named({ kind: 'time' }, 'time', 'time without time zone'),
  ...named({ kind: 'timestamp' }, 'timestamp', 'timestamp without time zone'),
  ...named({ kind: 'timestamptz' }, 'timestamptz', 'timestamp with time zone'),
  ...named({ kind: 'interval' }, 'interval'),
]);

export function typeFromName(name: string): DataType | null {
  const text = name.trim().toLowerCase().replace(/\s+/g, ' ');
  if (text.endsWith('[]')) {
    const element = typeFromName(text.slice(0, -2));
    return element === null || element.kind === 'list' ? null : { kind: 'list', element };
  }
  const parts = /^([^(]+?) ?\( ?(-?\d{1,9})(?: ?, ?(-?\d{1,9}))? ?\)(.*)$/.exec(text);
  if (parts === null) return simple.get(text) ?? null;
  const [, base, first, second, rest] = parts;
  return withModifiers(simple.get(base! + rest!) ?? null, Number(first), second === undefined ? null : Number(second));
}

function withModifiers(type: DataType | null, first: number, second: number | null): DataType | null {
  switch (type?.kind) {
    case 'numeric':
      return numericOf(first, second ?? 0);
    case 'text':
      return type.sqlName === undefined || second !== null || first < 1
        ? null
        : { kind: 'text', sqlName: `${type.sqlName}(${first})` };
    case 'float64':
      return second !== null || first < 1 || first > 53 ? null : { kind: first <= 24 ? 'float32' : 'float64' };
    case 'time':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
      return second !== null || first < 0 || first > 6 ? null : type;
    default:
      return null;
  }
}

function numericOf(precision: number, scale: number): DataType | null {
  if (precision < 1 || precision > 1000 || scale < -1000 || scale > 1000) return null;
  return precision <= 38 && scale >= 0 && scale <= 38 ? { kind: 'decimal', precision, scale } : { kind: 'numeric' };
}

function named(type: DataType, ...names: string[]): [string, DataType][] {
  return names.map((name) => [name, type]);
}
