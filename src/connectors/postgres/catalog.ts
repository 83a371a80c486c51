/**
 * PostgreSQL for the planner: one connection a run. It asks, and once everything is planned it holds the run's snapshot.
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
import { exportSnapshot, snapshotId, snapshotProblem } from './snapshot-holder.js';
import { splitByOf } from './split-condition.js';

export const planner: SourcePlanner = {
  async open(connection: JsonObject | null, context: PlanContext): Promise<SourceCatalog> {
    const options = connectionOptions(checkConnection(connection), context.baseDir);
    const session = await openSession(options, context, 'plan');
    try {
      // The moment of its start tells one server from another, whatever names and roads lead to it.
      const [[version, database]] = await session.query(
        "SELECT current_setting('server_version_num'), pg_catalog.pg_postmaster_start_time() || ' ' || current_database()",
        'connecting',
      );
      return new PostgresCatalog(session, context, connection ?? {}, Number(version), database!);
    } catch (error) {
      await session.close();
      throw error;
    }
  },
};

export function openSession(
  options: ConnectionOptions,
  { settings, runId }: PlanContext,
  role: string,
): Promise<Session> {
  const applicationName = sessionName(options.applicationName, runId, role);
  return Session.open({ options, idleMs: idleMs(settings), applicationName, searchPath: 'role' });
}

function idleMs(settings: Settings): number {
  return settings['source.idle.timeout'];
}

class PostgresCatalog implements SourceCatalog {
  private readonly described: { readonly source: SourceBlock; readonly findings: Findings }[] = [];
  private snapshot: Promise<Json | null> | null = null;
  private problem: Promise<string | null> | null = null;

  constructor(
    private readonly session: Session,
    private readonly context: PlanContext,
    private readonly connection: JsonObject,
    private readonly serverVersion: number,
    readonly databaseId: string,
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
    const { consistency, note } = await this.consistency(source);
    return {
      params: params as unknown as JsonObject,
      schema: params.schema,
      splits,
      sql: explainStatement(params),
      consistency,
      notes: note === null ? [] : [note],
    };
  }

  async holdSnapshot(shared: Json | null): Promise<Json | null> {
    return (this.snapshot ??= this.takeSnapshot(shared));
  }

  async close(): Promise<void> {
    await this.session.close();
  }

  private async takeSnapshot(shared: Json | null): Promise<Json> {
    const tables = this.described.flatMap(({ findings: { from, table } }) =>
      from.kind === 'table' && 'rp'.includes(table!.relkind) ? [from.name] : [],
    );
    const queries = this.described.flatMap(({ source, findings: { from } }) =>
      from.kind === 'query' ? [`SELECT * FROM ${fromClause(from, source)}`] : [],
    );
    const { options } = this.session.request;
    const id = await exportSnapshot(this.session, {
      applicationName: sessionName(options.applicationName, this.context.runId, 'snapshot'),
      tables: [...new Set(tables)],
      queries,
      join: snapshotId(shared),
    });
    return { id };
  }

  /** What was asked for, else a snapshot for the run where the server can give one: it is asked, not guessed by version. */
  private async consistency(source: SourceBlock): Promise<Pick<ReadPlan, 'consistency'> & { note: string | null }> {
    if (source.consistency === 'split') return { consistency: 'split-snapshot', note: null };
    const problem = await (this.problem ??= snapshotProblem(this.session));
    if (problem === null) return { consistency: 'run-snapshot', note: null };
    if (source.consistency === null) {
      const note = `no snapshot for the run, each split reads as of its own start: ${problem}`;
      return { consistency: 'split-snapshot', note };
    }
    throw new EtlError('ETL-4111', `source ${source.id}: the server cannot share a snapshot: ${problem}`, {
      at: source.at,
      hint: 'use consistency: split, or read from another server',
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
      splitBy: splitByOf(splits, description.schema),
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
