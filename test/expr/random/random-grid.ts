/** The rows that generated expressions are computed over, with the columns that the generator knows, and where we differ on purpose. */
import { gridOf } from '../oracle.js';

export const randomGrid = gridOf({
  o: ['boolean', 't', 'f', null],
  p: ['boolean', 't', 'f'],
  s: ['smallint', '0', '1', '-7', '32767', null],
  i: ['integer', '0', '1', '-1', '5', '2147483647', '-2147483648', null, '100'],
  j: ['integer', '3', '-2', '7', '1'],
  b: ['bigint', '0', '1', '9007199254740993', '-9223372036854775808', '42', null, '-3000000000'],
  c: ['bigint', '2', '-1', '7', '9223372036854775807', '11'],
  r: ['real', '0', '1.5', '-2.25', 'NaN', '1e10', null],
  f: ['double precision', '0', '1.5', '-2.5', 'Infinity', '1e300', null, '0.1', '-0'],
  g: ['double precision', '2', '-0.5', '3', '1e-5'],
  d: ['numeric(12,2)', '0', '1.25', '-9999999999.99', null, '100'],
  n: ['numeric', '0', '1.5', 'NaN', '-0.001', '123456789012345678901234567890.123', null],
  w: ['numeric(20,5)', '3', '-0.00001', '12345.67891'],
  t: ['text', '', 'a', 'Hello World', 'zürich é', '日本👍', null, ' 12 ', "it's", '2024-02-30', 'aXbXc', '1e3'],
  u: ['text', 'a', 'X', '', 'b%c', '7', 'Zürich'],
  x: ['bytea', '\\x', '\\x00ff', '\\x616263', null],
  q: ['uuid', '00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', null],
  dt: ['date', '2024-02-29', '1970-01-01', '0044-03-15 BC', '5000-01-01', null, '1999-12-31'],
  du: ['date', '2000-01-01', '2024-12-31', '1582-10-15'],
  tm: ['time', '00:00:00', '12:34:56.789', '24:00:00', null],
  ts: [
    'timestamp',
    '2024-02-29 12:34:56.789',
    '1969-12-31 23:59:59.999999',
    '0001-01-01 00:00:00',
    '9999-12-31 23:59:59',
    null,
    '4000-01-01 BC',
  ],
  tz: ['timestamptz', '2024-06-30 22:15:00+00', '1900-01-01 00:00:00+00', null, '9999-01-01 00:00:00+00'],
  v: ['interval', '1 month', '-3 days 04:05:06.7', '2 years 36:00:00', null, '0'],
  vv: ['interval', '1 day', '-01:30:00', '13 mons -2 days'],
  js: ['json', '{"a": 1, "b":[true,"x"]}', '[1, 2]', '"text"', null, '{"a":"\\u00e9","a":null}'],
  jb: ['jsonb', '{"a": {"c": 1.50}, "b": ["x", 2]}', '[]', 'null', '3', null, '["a", "b"]'],
});

/** Where we differ on purpose. */
const onPurpose: readonly RegExp[] = [
  // Refused when the job is planned: a pattern that is no constant, a key that is no scalar …
  /: type ETL-3003 /,
  // A text of too many digits with a letter behind them: the server gives up at the digits, we at the letter.
  /CAST\(.*"!22P02", PostgreSQL "!22003"/,
  // The server's C library reads hexadecimal floats.
  /CAST\(.* AS (?:double precision|real)\) \[row \d+\]: "!22P02", PostgreSQL "[^!]/,
];

export function isOnPurpose(line: string): boolean {
  return onPurpose.some((pattern) => pattern.test(line));
}
