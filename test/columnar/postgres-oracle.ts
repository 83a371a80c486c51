/** PostgreSQL as the oracle of text and JSON: what it reads we read, and what it writes we write. */
import { beforeAll, expect } from 'vitest';
import { typeName, type DataType } from '../../src/columnar/data-type.js';
import { testDatabase, type TestDatabase } from '../support/test-database.js';
import { columnOf, jsonOf, roundTrip } from './cells.js';

export interface Oracle {
  readonly database: TestDatabase;
  /** Each text as `type`: read, written as text and as JSON, or refused, by both. */
  compare(type: DataType, texts: readonly string[], asJson?: boolean): Promise<void>;
}

/** Call at the top level of a test file. */
export async function postgresOracle(): Promise<Oracle> {
  const database = await testDatabase();

  beforeAll(async () => {
    await database.query("SET timezone = 'UTC'");
    // The text of a value, its JSON, or the condition that refused it.
    await database.query(`
    CREATE FUNCTION try_read(value text, type text) RETURNS TABLE (shown text, json text) LANGUAGE plpgsql AS $$
    BEGIN
      RETURN QUERY EXECUTE format('SELECT format(''%%s'', v), to_json(v)::text FROM (SELECT %L::%s AS v) x', value, type);
    EXCEPTION WHEN OTHERS THEN
      RETURN QUERY SELECT 'error ' || SQLSTATE, NULL;
    END $$`);
  });

  const compare = async (type: DataType, texts: readonly string[], asJson = true): Promise<void> => {
    const rows = await database.query(
      'SELECT value, shown, json FROM unnest($1::text[]) WITH ORDINALITY AS t(value, n), try_read(value, $2) ORDER BY n',
      [texts, typeName(type)],
    );
    const ours = texts.map((text) => {
      const shown = roundTrip(type, text);
      return [text, shown, !asJson || shown.startsWith('error ') ? null : jsonOf(columnOf(type, text))];
    });
    expect(ours).toEqual(rows.map(([value, shown, json]) => [value, shown, asJson ? json : null]));
  };
  return { database, compare };
}
