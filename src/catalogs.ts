import type { Json, PlanContext, SourceCatalog } from './connectors/connector.js';
import { connectors } from './connectors/registry.js';
import { EtlError } from './errors/etl-error.js';
import type { NamedConnection, PlanCatalog } from './plan/catalog.js';
import type { ExecutionPlan } from './plan/execution-plan.js';

/** The catalogs of one run: opened when first asked for, one a connection, closed together. They hold its snapshots. */
export class Catalogs implements PlanCatalog {
  private readonly open = new Map<string, Promise<SourceCatalog>>();
  private readonly opened = new Set<SourceCatalog>();
  private isClosed = false;

  constructor(readonly context: PlanContext) {}

  source(type: string, connection: NamedConnection | null): Promise<SourceCatalog> {
    const key = connection?.id ?? `type ${type}`;
    let catalog = this.open.get(key);
    if (catalog === undefined) {
      catalog = this.connect(type, connection);
      this.open.set(key, catalog);
    }
    return catalog;
  }

  private async connect(type: string, connection: NamedConnection | null): Promise<SourceCatalog> {
    const planner = await partOf(type, 'planSource');
    const catalog = await planner.open(connection?.own ?? null, this.context);
    if (this.isClosed) await catalog.close();
    else this.opened.add(catalog);
    return catalog;
  }

  sink(type: string): ReturnType<PlanCatalog['sink']> {
    return partOf(type, 'planSink');
  }

  lookup(type: string): ReturnType<PlanCatalog['lookup']> {
    return partOf(type, 'planLookup');
  }

  /**
   * By connection id; connections that lead to the same database show the same moment. Catalogs that hold none are closed:
   * the run does not need their connections any more.
   *
   * @throws what the server answers when it cannot export one after all
   */
  async holdSnapshots({ vertices }: ExecutionPlan): Promise<Record<string, Json>> {
    const ids = new Set(vertices.flatMap((vertex) => (vertex.snapshotOf === null ? [] : [vertex.snapshotOf])));
    const held: Record<string, Json> = {};
    const ofDatabase = new Map<string, Json>();
    for (const [id, opening] of this.open) {
      const catalog = await opening;
      if (!ids.has(id)) {
        await catalog.close();
        continue;
      }
      const { databaseId } = catalog;
      const shared = databaseId === undefined ? null : (ofDatabase.get(databaseId) ?? null);
      held[id] = (await catalog.holdSnapshot?.(shared)) ?? null;
      if (databaseId !== undefined) ofDatabase.set(databaseId, held[id]);
    }
    return held;
  }

  /** Does not wait for a connection that is still being made: it is closed when, and if, it is. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled([...this.opened].map((catalog) => catalog.close()));
  }
}

async function partOf<Part extends 'planSource' | 'planSink' | 'planLookup'>(
  type: string,
  part: Part,
): Promise<Awaited<ReturnType<NonNullable<(typeof connectors)[string][Part]>>>> {
  const load = connectors[type]?.[part];
  if (load === undefined) throw new EtlError('ETL-9001', `connector ${type} has no ${part}`);
  return (await load()) as Awaited<ReturnType<NonNullable<(typeof connectors)[string][Part]>>>;
}
