/** All that is known when a source is to be cut: what the job file wishes, what the server told, how many slots there are. */
import type { Schema } from '../../columnar/batch.js';
import type { SourceBlock } from '../connector.js';
import type { Findings } from './describe-source.js';
import type { Session } from './session.js';

export interface SplitRequest {
  readonly session: Session;
  readonly serverVersion: number;
  readonly source: SourceBlock;
  readonly schema: Schema;
  readonly findings: Findings;
  readonly rowEstimate: number;
  readonly bytesEstimate: number;
  readonly parallelism: number;
  readonly perSlot: number;
}
