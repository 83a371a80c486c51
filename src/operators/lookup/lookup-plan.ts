/** What of a lookup lasts from attempt to attempt: its connections, its cache, and what follows from its descriptor. */
import type { Schema } from '../../columnar/batch.js';
import type { LookupReader } from '../../connectors/connector.js';
import type { OperatorDescriptor } from '../../protocol/task.js';
import { LookupCache } from './lookup-cache.js';
import { ReaderPool } from './reader-pool.js';

export type LookupDescriptor = Extract<OperatorDescriptor, { kind: 'lookup' }>;

export interface LookupState {
  readonly descriptor: LookupDescriptor;
  readonly keySchema: Schema;
  readonly pool: ReaderPool;
  readonly cache: LookupCache | null;
}

export function createLookupState(
  descriptor: LookupDescriptor,
  input: Schema,
  open: () => Promise<LookupReader>,
): LookupState {
  const { keys, found, manner } = descriptor;
  const keySchema = { fields: keys.map((column) => input.fields[column]) };
  const { cache, concurrency } = manner;
  return {
    descriptor,
    keySchema,
    pool: new ReaderPool(open, concurrency),
    cache: cache && new LookupCache({ keys: keySchema, found, ...cache, now: () => performance.now() }),
  };
}
