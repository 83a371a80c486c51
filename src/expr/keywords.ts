/** Words that PostgreSQL does not take as a bare column name, and what the language refuses by name. */

export const reservedWords: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_role current_schema current_time current_user default
  deferrable desc distinct do else end except fetch for foreign freeze from full grant group having ilike in initially inner
  intersect into is isnull join lateral leading left like limit localtime natural not notnull null offset on only or order
  outer overlaps placing primary references returning right select session_user similar some symmetric table tablesample
  then to trailing union unique user using variadic verbose when where window with`.split(/\s+/),
);

/** Written like a column, mean the run's time. */
export const timeWords: ReadonlySet<string> = new Set(['current_date', 'current_timestamp', 'localtimestamp']);

/** PostgreSQL's, of which etl computes some (aggregates/aggregate-catalog.ts), and etl's own. */
export const aggregateNames: ReadonlySet<string> = new Set(
  `first last min_by max_by approx_count_distinct count sum avg min max array_agg string_agg bool_and bool_or every bit_and bit_or json_agg jsonb_agg json_object_agg
  jsonb_object_agg stddev stddev_pop stddev_samp variance var_pop var_samp corr percentile_cont percentile_disc mode xmlagg
  range_agg any_value`.split(/\s+/),
);

export const windowNames: ReadonlySet<string> = new Set(
  'row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value'.split(' '),
);
