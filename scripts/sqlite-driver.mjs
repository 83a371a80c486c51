/**
 * The SQLite driver of this Node, as `src/connectors/sqlite/load-driver.ts` chooses it: better-sqlite3 13 speaks Node-API 10,
 * comes compiled and needs Node 22; 12 is compiled for Node 20.
 */
export const sqliteDriver = Number(process.versions.napi) >= 10 ? 'better-sqlite3' : 'better-sqlite3-node20';

/** @returns {Promise<import('better-sqlite3')>} */
export async function loadSqlite() {
  const { default: Database } = await import(sqliteDriver);
  return Database;
}
