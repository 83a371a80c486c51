/** SQL that makes the table `events` of jobs/pg-to-redis.yaml, the same rows on every machine. @param {number} rows @returns {string} */
export function sampleEventsSql(rows) {
  return `
    CREATE TABLE events AS
    SELECT n AS id,
           jsonb_build_object(
             'user', 'u' || (n * 7919) % 50000,
             'kind', (ARRAY['view', 'click', 'purchase'])[1 + n % 3],
             'country', (ARRAY['at', 'ch', 'de', 'fr', 'jp'])[1 + n % 5],
             'amount', round((n * 31 % 100000) / 100.0, 2),
             'at', to_char(timestamp '2026-01-01' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) AS info
    FROM generate_series(1::bigint, ${rows}) AS n;
    ALTER TABLE events ADD PRIMARY KEY (id);
    ANALYZE events`;
}
