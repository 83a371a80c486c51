/** What planning starts from. */
import type { PlanContext } from '../connectors/connector.js';
import type { SpecDocument } from '../spec/job-spec.js';
import type { PlanCatalog } from './catalog.js';

export interface PlanRequest {
  readonly document: SpecDocument;
  readonly context: PlanContext;
  readonly catalog: PlanCatalog;
  /** `-p`, or null. */
  readonly parallelism: number | null;
  /** The run's logical time: what now() is in every expression. */
  readonly logicalTimeMs: number;
}
