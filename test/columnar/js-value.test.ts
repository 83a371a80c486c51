import { expect, test } from 'vitest';
import { createBuilder } from '../../src/columnar/column-builder.js';
import type { DataType } from '../../src/columnar/data-type.js';
import { appendJs, cellToJs } from '../../src/columnar/js-value.js';
import { ValueError } from '../../src/columnar/row-errors.js';
import { columnOf, textOf } from './cells.js';

function back(type: DataType, value: unknown): string | null {
  const builder = createBuilder(type);
  try {
    appendJs(builder, value);
  } catch (error) {
    expect(builder.length).toBe(0);
    if (error instanceof ValueError) return `${error.sqlState} ${error.message}`;
    throw error;
  }
  const column = builder.finish();
  return column.validity === null ? textOf(column) : null;
}

const list: DataType = { kind: 'list', element: { kind: 'int32' } };

test.each<[DataType, string, unknown]>([
  [{ kind: 'boolean' }, 't', true],
  [{ kind: 'int32' }, '-7', -7],
  [{ kind: 'int64' }, '9223372036854775807', 9223372036854775807n],
  [{ kind: 'float32' }, '0.5', 0.5],
  [{ kind: 'float64' }, '1e+20', 1e20],
  [{ kind: 'decimal', precision: 10, scale: 2 }, '1.50', '1.50'],
  [{ kind: 'numeric' }, '123456789012345678901234567890', '123456789012345678901234567890'],
  [{ kind: 'text' }, 'é', 'é'],
  [{ kind: 'json' }, '{"a":[1,null]}', { a: [1, null] }],
  [{ kind: 'bytea' }, '\\x00ff', Uint8Array.of(0, 255)],
  [{ kind: 'date' }, '2026-01-31', '2026-01-31'],
  [{ kind: 'time' }, '04:05:06.7', '04:05:06.7'],
  [{ kind: 'timestamp' }, '2026-01-31 04:05:06.789', '2026-01-31T04:05:06.789'],
  [{ kind: 'timestamptz' }, '2026-01-31 04:05:06+00', '2026-01-31T04:05:06Z'],
  [{ kind: 'timestamptz' }, '0044-03-15 00:00:00+00 BC', '0044-03-15T00:00:00Z BC'],
  [{ kind: 'timestamptz' }, 'infinity', 'infinity'],
  [{ kind: 'interval' }, '1 day', '1 day'],
  [list, '{1,NULL}', [1, null]],
])('$0.kind: $1 and its JavaScript value', (type, text, value) => {
  expect(cellToJs(columnOf(type, text), 0)).toEqual(value);
  expect(back(type, value)).toBe(text);
  expect(cellToJs(columnOf(type, null), 0)).toBeNull();
  expect(back(type, null)).toBeNull();
  expect(back(type, undefined)).toBeNull();
});

test('more is taken back than is given out', () => {
  expect(back({ kind: 'int64' }, 7)).toBe('7');
  expect(back({ kind: 'int64' }, '7')).toBe('7');
  expect(back({ kind: 'int32' }, 7n)).toBe('7');
  expect(back({ kind: 'decimal', precision: 5, scale: 2 }, 1.5)).toBe('1.50');
  expect(back({ kind: 'text' }, 7)).toBe('7');
  expect(back({ kind: 'text' }, true)).toBe('true');
  expect(back({ kind: 'json' }, 'x')).toBe('"x"');
  expect(back({ kind: 'jsonb' }, { b: 2n, a: 1 })).toBe('{"a": 1, "b": 2}');
  expect(back({ kind: 'timestamptz' }, new Date('2026-01-31T04:05:06.789Z'))).toBe('2026-01-31 04:05:06.789+00');
  expect(back({ kind: 'date' }, new Date('-000043-03-15T00:00:00Z'))).toBe('0044-03-15 BC');
  expect(back({ kind: 'time' }, new Date(1000))).toBe('00:00:01');
});

test.each<[DataType, unknown, string]>([
  [{ kind: 'int32' }, 1.5, '22P02 invalid input syntax for type integer: "1.5"'],
  [{ kind: 'int32' }, 2 ** 31, '22003 value "2147483648" is out of range for type integer'],
  [{ kind: 'int64' }, 2 ** 53, '42804 a value of type bigint cannot be made of number 9007199254740992'],
  [{ kind: 'int64' }, 2n ** 63n, '22003 value "9223372036854775808" is out of range for type bigint'],
  [{ kind: 'int32' }, true, '42804 a value of type integer cannot be made of boolean true'],
  [{ kind: 'boolean' }, 1, '42804 a value of type boolean cannot be made of number 1'],
  [{ kind: 'text' }, { a: 1 }, '42804 a value of type text cannot be made of Object'],
  [{ kind: 'text' }, Uint8Array.of(1), '42804 a value of type text cannot be made of Uint8Array'],
  [{ kind: 'timestamp' }, new Date(NaN), '42804 a value of type timestamp cannot be made of Date'],
  [{ kind: 'json' }, () => 1, '42804 a value of type json cannot be made of function () => 1'],
  [list, [1, 'x'], '22P02 invalid input syntax for type integer: "x"'],
  [list, 7, '42804 a value of type integer[] cannot be made of number 7'],
])('%#: $2', (type, value, message) => {
  expect(back(type, value)).toBe(message);
});
