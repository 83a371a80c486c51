/**
 * PostgreSQL for the planner: one control connection a run, and one more that holds the run's snapshot.
 *
 * Nothing here reads a row of the job's: only the catalog, the bounds of keys and the planner's estimates.
 */
import type { Settings } from '../../config/settings.js';
import { fieldIndex, type Field } from '../../columnar/batch.js';
import { typeName } from '../../columnar/data-type.js';
import { EtlError } from '../../errors/etl-error.js';
import { renderSql } from '../../expr/render-sql.js';
import type { TypedExpr } from '../../expr/typed-expr.js';
import type { SplitPlan } from '../../split/split.js';
import type {
  Json,
  JsonObject,
  PlanContext,
  ReadPlan,
  ReadRequest,
  SourceBlock,
  SourceCatalog,
  SourceDescription,
  SourcePlanner,
} from '../connector.js';
import { checkConnection } from './config.js';
import { connectionOptions, type ConnectionOptions } from './connection-options.js';
import { describeSource, fromClause, type Findings } from './describe-source.js';
import { findParameters } from './find-parameters.js';
import { planSplits } from './plan-splits.js';
import { describableStatement, explainStatement, type Parameter, type ReadParams } from './read-sql.js';
import { Session, sessionName } from './session.js';
import { exportSnapshot } from './snapshot-holder.js';
import { splitByOf } from './split-condition.js';

export const planner: SourcePlanner = {
  async open(connection: JsonObject | null, context: PlanContext): Promise<SourceCatalog> {
    const options = connectionOptions(checkConnection(connection), context.baseDir);
    const session = await openSession(options, context, 'plan');
    try {
      const [[version, standby]] = await session.query(
        "SELECT current_setting('server_version_num'), pg_catalog.pg_is_in_recovery()",
        'connecting',
      );
      return new PostgresCatalog(session, context, connection ?? {}, Number(version), standby === 't');
    } catch (error) {
      await session.close();
      throw error;
    }
  },
};

function openSession(options: ConnectionOptions, { settings, runId }: PlanContext, role: string): Promise<Session> {
  const applicationName = sessionName(options.applicationName, runId, role);
  return Session.open({ options, idleMs: idleMs(settings), applicationName, searchPath: 'role' });
}

function idleMs(settings: Settings): number {
  return settings['source.idle.timeout'];
}

/** `pg_export_snapshot` works on standbys since this version. */
const FIRST_VERSION_WITH_STANDBY_SNAPSHOTS = 100000;

class PostgresCatalog implements SourceCatalog {
  private readonly described: { readonly source: SourceBlock; readonly findings: Findings }[] = [];
  private holder: Session | null = null;
  private snapshot: Promise<Json | null> | null = null;

  constructor(
    private readonly session: Session,
    private readonly context: PlanContext,
    private readonly connection: JsonObject,
    private readonly serverVersion: number,
    private readonly isStandby: boolean,
  ) {}

  async describe(source: SourceBlock): Promise<SourceDescription> {
    const description = await describeSource(this.session, source);
    this.described.push({ source, findings: description.own as unknown as Findings });
    return description;
  }

  async planRead(source: SourceBlock, description: SourceDescription, read: ReadRequest): Promise<ReadPlan> {
    const findings = description.own as unknown as Findings;
    const { schema, rowEstimate, bytesEstimate } = description;
    const splits = await planSplits({
      session: this.session,
      serverVersion: this.serverVersion,
      source,
      schema,
      findings,
      rowEstimate: rowEstimate ?? 0,
      bytesEstimate: bytesEstimate ?? 0,
      parallelism: read.parallelism,
      perSlot: this.context.settings['split.per-slot'],
    });
    const params = await this.readParams(source, description, read, splits);
    const consistency = this.consistency(source);
    return {
      params: params as unknown as JsonObject,
      schema: params.schema,
      splits,
      sql: explainStatement(params),
      consistency,
      notes:
        consistency === 'run-snapshot' || source.consistency === 'split'
          ? []
          : ['the server is a standby that cannot share a snapshot: each split reads as of its own start'],
    };
  }

  async holdSnapshot(): Promise<Json | null> {
    return (this.snapshot ??= this.takeSnapshot());
  }

  async close(): Promise<void> {
    await Promise.all([this.session.close(), this.holder?.close()]);
  }

  private async takeSnapshot(): Promise<Json | null> {
    this.holder = await openSession(this.session.request.options, this.context, 'snapshot');
    const tables = this.described.flatMap(({ findings: { from, table } }) =>
      from.kind === 'table' && 'rp'.includes(table!.relkind) ? [from.name] : [],
    );
    const queries = this.described.flatMap(({ source, findings: { from } }) =>
      from.kind === 'query' ? [`SELECT * FROM ${fromClause(from, source)}`] : [],
    );
    const id = await exportSnapshot(this.holder, { tables: [...new Set(tables)], queries });
    if (id === null) await this.holder.close();
    return id === null ? null : { id };
  }

  private consistency({ consistency, id, at }: SourceBlock): ReadPlan['consistency'] {
    const canShare = !this.isStandby || this.serverVersion >= FIRST_VERSION_WITH_STANDBY_SNAPSHOTS;
    if (consistency === 'split') return 'split-snapshot';
    if (canShare) return 'run-snapshot';
    if (consistency === null) return 'split-snapshot';
    throw new EtlError('ETL-4111', `source ${id}: this standby cannot share a snapshot`, {
      at,
      hint: 'use consistency: split, or read from the primary',
    });
  }

  private async readParams(
    source: SourceBlock,
    description: SourceDescription,
    read: ReadRequest,
    splits: SplitPlan,
  ): Promise<ReadParams> {
    const findings = description.own as unknown as Findings;
    const fields = read.columns.map((name) => fieldOf(description, name));
    const params: ReadParams = {
      connection: this.slotConnection(),
      read: source.own.read === 'cursor' ? 'cursor' : 'copy',
      fetchSize: source.fetchSize,
      schema: { fields },
      serverTypes: [],
      from: findings.from,
      searchPath: source.where === null && 'rpm'.includes(findings.table?.relkind ?? 'query') ? 'pg_catalog' : 'role',
      where: source.where,
      filters: read.filters.map(printFilter),
      limit: read.limit,
      parameters: usedParameters(source, findings),
      splitBy: splitByOf(splits),
    };
    const answer = await this.session.describe(describableStatement(params), `planning source ${source.id}`, source.at);
    return { ...params, serverTypes: answer.map((column, i) => ({ ...column, serverName: typeName(fields[i].type) })) };
  }

  /** Slots need not try again whether the server has TLS. */
  private slotConnection(): JsonObject {
    const { options } = this.session.request;
    return options.mayFallBackToPlain && !this.session.usesTls
      ? { ...this.connection, sslmode: 'disable' }
      : this.connection;
  }
}

function fieldOf({ schema }: SourceDescription, name: string): Field {
  const index = fieldIndex(schema, name);
  if (index < 0) throw new EtlError('ETL-9001', `the plan reads a column "${name}" that the source does not have`);
  return schema.fields[index];
}

function printFilter(filter: TypedExpr): string {
  const sql = renderSql(filter, 'postgres');
  if (sql === null) throw new EtlError('ETL-9001', 'a filter was pushed down that PostgreSQL cannot compute');
  return `(${sql})`;
}

function usedParameters({ where, params }: SourceBlock, { from }: Findings): Record<string, Parameter> {
  const texts = [where, from.kind === 'query' ? from.sql : null];
  const names = texts.flatMap((text) => (text === null ? [] : findParameters(text).map(({ name }) => name)));
  return Object.fromEntries(names.map((name) => [name, { text: params[name].text, type: params[name].type }]));
}
