/**
 * Functions of PostgreSQL and of other databases that etl does not have, and an expression that does the same with those it
 * has. `a`, `b` stand for text, `n`, `m` for numbers, `t` for a timestamp, `j` for jsonb: all of them are checked by a test.
 */
const substitutes: Readonly<Record<string, string>> = {
  __proto__: null as never,
  nvl: 'coalesce(a, b)',
  ifnull: 'coalesce(a, b)',
  isnull: 'a IS NULL',
  iif: 'CASE WHEN a = b THEN n ELSE m END',
  if: 'CASE WHEN a = b THEN n ELSE m END',
  len: 'length(a)',
  ucase: 'upper(a)',
  lcase: 'lower(a)',
  to_date: 'a::date',
  to_number: 'a::numeric',
  try_cast: 'a::numeric',
  format: "a || ' ' || b",
  quote_ident: `'"' || replace(a, '"', '""') || '"'`,
  json_extract: "j -> 'key'",
  json_value: "j ->> 'key'",
  get_json_object: "j ->> 'key'",
  jsonb_extract_path: "j #> '{outer,inner}'",
  jsonb_extract_path_text: "j #>> '{outer,inner}'",
  json_extract_path: "j #> '{outer,inner}'",
  json_extract_path_text: "j #>> '{outer,inner}'",
  row_to_json: "jsonb_build_object('a', a, 'n', n)",
  date_format: "to_char(t, 'YYYY-MM-DD')",
  strftime: "to_char(t, 'YYYY-MM-DD')",
  datediff: 'extract(epoch FROM t - t) / 86400',
  date_diff: 'extract(epoch FROM t - t) / 86400',
  date_add: "t + interval '1 day'",
  dateadd: "t + interval '1 day'",
  date_sub: "t - interval '1 day'",
  year: 'extract(year FROM t)',
  month: 'extract(month FROM t)',
  day: 'extract(day FROM t)',
  hour: 'extract(hour FROM t)',
  unix_timestamp: 'extract(epoch FROM t)',
  from_unixtime: 'to_timestamp(n)',
  getdate: 'now()',
  sysdate: 'now()',
  clock_timestamp: 'now()',
  // Every attempt of a split gives the same rows: what is random would not.
  random: 'md5(a)',
  rand: 'md5(a)',
  gen_random_uuid: 'md5(a)::uuid',
  uuid_generate_v4: 'md5(a)::uuid',
  newid: 'md5(a)::uuid',
};

/** Null: nothing that does the same. */
export function substituteFor(name: string): string | null {
  return substitutes[name] ?? null;
}

export function substituteList(): readonly (readonly [name: string, expression: string])[] {
  return Object.entries(substitutes);
}
