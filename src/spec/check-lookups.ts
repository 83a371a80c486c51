/** The connections that lookups name: are they there, and can they be asked for what the step wants? */
import type { Connections } from './check-connections.js';
import type { RawStep } from './check-steps.js';
import { findConnector, problemAt, type Reading } from './reading.js';
import { quoted } from './source-text.js';

const wanted = { rows: 'tables and queries', values: 'keys' } as const;

export async function checkLookups(
  reading: Reading,
  connections: Connections,
  steps: readonly RawStep[],
): Promise<void> {
  for (const { path: step, number, operator, inner } of steps) {
    await checkLookups(reading, connections, inner);
    if (operator?.kind !== 'lookup') continue;
    const path = [...step, 'lookup', 'connection'];
    const connection = await connections.find(operator.connection, path);
    if (connection === null) continue;
    const { kind } = operator.target;
    const connector = findConnector(reading, connection.type);
    if (connector?.looksUp === kind) continue;
    const others = Object.keys(reading.connectors).filter((type) => reading.connectors[type].looksUp === kind);
    problemAt(
      reading,
      'ETL-2062',
      `step ${number} (lookup): ${quoted(connection.type)} cannot be asked for ${wanted[kind]}`,
      path,
      connector?.looksUp === undefined
        ? `lookups ask ${others.join(', ')}`
        : `of ${connection.type} a lookup wants ${connector.looksUp === 'values' ? 'a key and a value' : 'a table or query, and on'}`,
    );
  }
}
