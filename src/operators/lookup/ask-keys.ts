/**
 * One request of a lookup, until it is answered: errors that may pass are met by another attempt after a pause, on another
 * connection; a server that does not answer in time counts as such an error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { formatDuration } from '../../config/units.js';
import type { FoundRows } from '../../connectors/connector.js';
import { EtlError, toEtlError } from '../../errors/etl-error.js';
import { registry } from '../../errors/registry.js';
import type { LookupManner } from '../../protocol/task.js';
import type { ReaderPool } from './reader-pool.js';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

export interface Problem {
  readonly sqlState: string;
  readonly message: string;
}

export interface Answer {
  readonly parts: readonly FoundRows[];
  /** Keys for which something was found that cannot be read. */
  readonly problems: ReadonlyMap<number, Problem>;
}

export interface AskRequest {
  readonly id: string;
  readonly pool: ReaderPool;
  readonly manner: LookupManner;
  readonly signal: AbortSignal;
  /** Room for so many bytes of an answer; false: there is none. */
  readonly tryHold: (bytes: number) => boolean;
  readonly release: (bytes: number) => void;
  readonly retried: () => void;
}

/** Null where the answer does not fit. @throws EtlError, or the signal's reason */
export async function askKeys(keys: Batch, request: AskRequest): Promise<Answer | null> {
  const { id, manner, signal, retried } = request;
  for (let attempt = 0; ; attempt++) {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(tooSlow(id, manner.timeoutMs)), manner.timeoutMs);
    // Not AbortSignal.any: the signal of the attempt would remember every request.
    const onAbort = (): void => limit.abort(signal.reason);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    try {
      return await askOnce(keys, request, limit.signal);
    } catch (error) {
      signal.throwIfAborted();
      const known = toEtlError(limit.signal.aborted ? limit.signal.reason : error);
      if (registry[known.code].transient !== true || attempt >= manner.retries) throw known;
      retried();
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 3 ** attempt) * (0.75 + Math.random() / 4);
    await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function askOnce(keys: Batch, request: AskRequest, signal: AbortSignal): Promise<Answer | null> {
  const { pool, tryHold, release } = request;
  let held = 0;
  let isKept = false;
  try {
    return await pool.use(async (reader) => {
      signal.throwIfAborted();
      const parts: FoundRows[] = [];
      const problems = new Map<number, Problem>();
      const reject = (key: number, sqlState: string, message: string): void => {
        problems.set(key, { sqlState, message });
      };
      for await (const part of reader.find(keys, { signal, reject })) {
        const bytes = sizeOfBatch(part.rows) + part.keys.byteLength;
        if (!tryHold(bytes)) return null;
        held += bytes;
        parts.push(part);
      }
      isKept = true;
      return { parts, problems };
    });
  } finally {
    if (!isKept) release(held);
  }
}

function tooSlow(id: string, timeoutMs: number): EtlError {
  return new EtlError('ETL-4103', `lookup "${id}": no answer within ${formatDuration(timeoutMs)}`, {
    hint: 'look for an index on the columns of "on"; timeout is how long a request may take, batch how many keys it has',
  });
}
