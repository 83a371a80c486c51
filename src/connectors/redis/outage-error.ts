/** How a run that cannot write to its Redis ends: what is said, and what can be done about it. */
import { formatDuration } from '../../config/units.js';
import { EtlError } from '../../errors/etl-error.js';
import type { Remedy } from './error-table.js';
import { parseInfo, type RedisConnection } from './open-connection.js';

/** Why nothing new may be sent. */
export interface Trouble {
  readonly remedy: Exclude<Remedy, 'row'>;
  readonly text: string;
}

/** No waiting mends it. */
export function isTerminal({ remedy }: Trouble): boolean {
  return remedy === 'auth' || remedy === 'fatal';
}

export function terminalError(server: string, { remedy, text }: Trouble): EtlError {
  if (remedy === 'auth') return new EtlError('ETL-4204', `Redis ${server} refused: ${text}`);
  if (remedy === 'fatal') {
    const isCluster = /^(MOVED|ASK|CROSSSLOT)/.test(text);
    return new EtlError('ETL-4206', `Redis ${server} cannot do what the job needs: ${text}`, {
      hint: isCluster ? 'this is a node of a Redis Cluster, which etl cannot write to yet' : undefined,
    });
  }
  return new EtlError('ETL-4207', `Redis ${server} refuses writes: ${text}`, {
    hint: text.startsWith('MISCONF')
      ? 'let the server write to its dir and run BGSAVE, or `CONFIG SET stop-writes-on-bgsave-error no`; then run again'
      : undefined,
  });
}

/** After `ms` of waiting; `connection` is asked for the figures of an OOM. */
export async function budgetError(
  server: string,
  { text }: Trouble,
  ms: number,
  connection: RedisConnection | null,
): Promise<EtlError> {
  if (connection === null || connection.lost) {
    return new EtlError('ETL-4205', `Redis ${server} could not be reached for ${formatDuration(ms)}: ${text}`);
  }
  const outOfMemory = text.startsWith('OOM');
  const reason = outOfMemory ? await memoryFigures(text, connection) : text;
  return new EtlError('ETL-4205', `Redis ${server} refused writes for ${formatDuration(ms)}: ${reason}`, {
    hint: outOfMemory ? 'free memory or raise maxmemory, then run again' : undefined,
  });
}

async function memoryFigures(text: string, connection: RedisConnection): Promise<string> {
  try {
    const info = parseInfo(await connection.ask(1000, 'INFO', 'memory'));
    return `OOM (used_memory ${info.get('used_memory_human')} of maxmemory ${info.get('maxmemory_human')})`;
  } catch {
    return text;
  }
}
