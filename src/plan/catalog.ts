/**
 * The port through which the world reaches a plan: schemas, bounds, statistics, and what sinks make of their blocks.
 *
 * The composition root implements it over the connectors. Planning itself connects to nothing and imports no driver.
 */
import type { JsonObject, LookupPlanner, SinkPlanner, SourceCatalog } from '../connectors/connector.js';

export interface PlanCatalog {
  /** One catalog for a connection and run, shared by all sources on it; who made the port closes it. */
  source(type: string, connection: NamedConnection | null): Promise<SourceCatalog>;
  sink(type: string): Promise<SinkPlanner>;
  lookup(type: string): Promise<LookupPlanner>;
}

export interface NamedConnection {
  readonly id: string;
  readonly own: JsonObject;
}
