/** Tables, types and splits of an SQLite file, for the planner. Opens the file read-only. */
import path from 'node:path';
import type { Field } from '../../columnar/batch.js';
import { EtlError } from '../../errors/etl-error.js';
import { planRange } from '../../split/plan-range.js';
import type { SplitPlan } from '../../split/split.js';
import type {
  JsonObject,
  PlanContext,
  ReadPlan,
  ReadRequest,
  SourceBlock,
  SourceCatalog,
  SourceDescription,
  SourcePlanner,
} from '../connector.js';
import type { SqliteConnectionBlock, SqliteSourceBlock } from './config.js';
import { typeOfDeclared, typeOfValues } from './column-type.js';
import { openDatabase, type Database } from './open-database.js';
import { bindValues, boundParams, fromQuery, quoteName, readSql, type ReadParams } from './sql-text.js';
import { sqliteError } from './sqlite-error.js';
import { withPatience } from './with-patience.js';

/** Rows that are looked at where a column does not say its type. */
const PROBED_ROWS = 100;

export const sqlitePlanner: SourcePlanner = {
  open: async (connection, context) => {
    const { url } = connection as unknown as SqliteConnectionBlock;
    const file = path.resolve(context.baseDir, url);
    return new SqliteCatalog(await openDatabase(file, { side: 'source' }), file, context);
  },
};

/** What `describe` found, for `planRead`. */
export interface Findings {
  readonly from: string;
  /** A column of integers, unique or not, that the table can be cut by; null for none. */
  readonly integerKey: string | null;
}

class SqliteCatalog implements SourceCatalog {
  constructor(
    private readonly database: Database,
    private readonly file: string,
    private readonly context: PlanContext,
  ) {}

  describe(source: SourceBlock): Promise<SourceDescription> {
    return this.ask(source, () => {
      const { table, query } = source.own as SqliteSourceBlock;
      if ((table === undefined) === (query === undefined)) throw this.refused(source, 'needs either table or query');
      if (source.consistency === 'snapshot')
        throw this.refused(source, 'cannot share one snapshot between its splits: SQLite has none to share');
      const from = table === undefined ? fromQuery(query!) : quoteName(table);
      if (table !== undefined) this.checkTable(source, table);
      const { fields, notes } = this.fields(source, from);
      const findings: Findings = { from, integerKey: table === undefined ? null : this.integerKey(table) };
      return {
        schema: { fields: table === undefined ? fields : this.withNotNull(table, fields) },
        rowEstimate: table === undefined ? null : this.rowEstimate(table),
        bytesEstimate: null,
        pushdown: { dialect: null, projection: true, limit: true },
        notes,
        own: findings as unknown as JsonObject,
      };
    });
  }

  planRead(source: SourceBlock, description: SourceDescription, read: ReadRequest): Promise<ReadPlan> {
    return this.ask(source, () => {
      const { from, integerKey } = description.own as unknown as Findings;
      const splits = this.planSplits(source, description, integerKey, from, read.parallelism);
      const byName = new Map(description.schema.fields.map((field) => [field.name, field]));
      const schema = { fields: read.columns.map((name) => byName.get(name)!) };
      const params: ReadParams = {
        schema,
        file: this.file,
        from,
        where: source.where,
        splitBy: splits.strategy === 'range' ? splitName(splits.column, description) : null,
        binds: boundParams(source.params),
        fetchRows: source.fetchSize,
      };
      const cut = { index: 0, lower: '', upper: '', openBelow: false, openAbove: false, nulls: false };
      return {
        params: params as unknown as JsonObject,
        schema,
        splits,
        sql: readSql(params, splits.strategy === 'range' ? cut : null),
        consistency: 'split-snapshot' as const,
        notes: [],
      };
    });
  }

  close(): Promise<void> {
    this.database.close();
    return Promise.resolve();
  }

  private async ask<Answer>(source: SourceBlock, work: () => Answer): Promise<Answer> {
    try {
      return await withPatience(work, { budgetMs: this.context.settings['source.idle.timeout'] });
    } catch (error) {
      const found = sqliteError(error, this.file, 'source');
      throw found.at === undefined ? new EtlError(found.code, found.message, { ...found, at: source.at }) : found;
    }
  }

  private refused(source: SourceBlock, message: string): EtlError {
    return new EtlError('ETL-4111', `source "${source.id}" ${message}`, { at: source.at });
  }

  private checkTable(source: SourceBlock, table: string): void {
    const known = this.database
      .prepare(`SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name`)
      .pluck()
      .all() as string[];
    if (known.some((name) => name.toLowerCase() === table.toLowerCase())) return;
    throw new EtlError('ETL-4107', `source "${source.id}": ${this.file} has no table "${table}"`, {
      at: source.at,
      hint:
        known.length === 0
          ? 'it has no tables at all'
          : `it has ${known.slice(0, 10).join(', ')}${known.length > 10 ? ' …' : ''}`,
    });
  }

  /** Columns as the statement gives them; a statement that could write is refused. */
  private fields(source: SourceBlock, from: string): { fields: Field[]; notes: string[] } {
    const binds = bindValues(boundParams(source.params));
    const statement = this.database.prepare(
      `SELECT * FROM ${from}${source.where === null ? '' : ` WHERE (${source.where})`}`,
    );
    if (!statement.readonly || !statement.reader) throw this.refused(source, 'may only read');
    statement.bind(binds);
    const columns = statement.columns();
    const notes: string[] = [];
    const unknown = columns.filter((column) => typeOfDeclared(column.type) === null).map((column) => column.name);
    const classes = unknown.length === 0 ? [] : this.probe(from, unknown, binds);
    const fields = columns.map(({ name, type }): Field => {
      const declared = typeOfDeclared(type);
      if (declared !== null) return { name, type: declared, nullable: true };
      const at = unknown.indexOf(name);
      const found = typeOfValues(classes.map((row) => row[at]));
      notes.push(`type of "${name}" taken from its first ${classes.length} rows: ${found.kind}`);
      return { name, type: found, nullable: true };
    });
    return { fields, notes };
  }

  private probe(from: string, names: readonly string[], binds: Record<string, unknown>): string[][] {
    const list = names.map((name) => `typeof(${quoteName(name)})`).join(', ');
    return this.database.prepare(`SELECT ${list} FROM ${from} LIMIT ${PROBED_ROWS}`).raw().all(binds) as string[][];
  }

  private withNotNull(table: string, fields: readonly Field[]): Field[] {
    const rows = this.tableInfo(table);
    const notNull = new Set(
      rows.filter((row) => row.notnull === 1n || row.name === this.rowidAlias(rows)).map((row) => row.name),
    );
    return fields.map((field) => (notNull.has(field.name) ? { ...field, nullable: false } : field));
  }

  private tableInfo(table: string): TableInfoRow[] {
    return this.database
      .prepare('SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?)')
      .all(table) as TableInfoRow[];
  }

  /** `INTEGER PRIMARY KEY` is the rowid itself, and so always an integer; any other column may hold anything. */
  private rowidAlias(rows: readonly TableInfoRow[]): string | null {
    const key = rows.filter((row) => row.pk > 0n);
    return key.length === 1 && key[0].type.toUpperCase() === 'INTEGER' ? key[0].name : null;
  }

  private integerKey(table: string): string | null {
    const rows = this.tableInfo(table);
    const alias = this.rowidAlias(rows);
    if (alias !== null) return alias;
    const kind = this.database
      .prepare('SELECT type, wr FROM pragma_table_list WHERE schema = ? AND name = ? COLLATE NOCASE')
      .get('main', table) as { type: string; wr: bigint } | undefined;
    const hasRowid = kind?.type === 'table' && kind.wr === 0n;
    return hasRowid && !rows.some((row) => row.name.toLowerCase() === 'rowid') ? 'rowid' : null;
  }

  /** The largest rowid bounds the number of rows, and costs nothing. */
  private rowEstimate(table: string): number | null {
    const key = this.integerKey(table);
    if (key === null) return null;
    const [min, max] = this.bounds(quoteName(table), quoteName(key));
    return min === null || max === null ? 0 : Number(max - min + 1n);
  }

  private bounds(
    from: string,
    column: string,
    binds: Record<string, unknown> = {},
  ): readonly [bigint | null, bigint | null] {
    // Two statements: SQLite answers each from the index, both together by a scan. Texts and blobs are above all numbers.
    const one = (fn: string): bigint | null => {
      const value: unknown = this.database
        .prepare(`SELECT ${fn}(${column}) FROM ${from} WHERE ${column} <= 9223372036854775807`)
        .pluck()
        .get(binds);
      return typeof value === 'number' ? nearestInt64(value) : (value as bigint | null);
    };
    return [one('min'), one('max')];
  }

  private planSplits(
    source: SourceBlock,
    { schema }: SourceDescription,
    integerKey: string | null,
    from: string,
    parallelism: number,
  ): SplitPlan {
    const wish = source.split ?? {};
    if (wish.strategy === 'none') return { strategy: 'none', reason: 'asked for' };
    if (wish.strategy !== undefined && wish.strategy !== 'range')
      throw this.refused(source, `cannot be split by ${wish.strategy}: SQLite tables are cut by ranges of an integer`);
    const column = wish.column ?? integerKey;
    if (column === null) {
      if (source.split !== null && (wish.size ?? wish.count) !== undefined)
        throw this.refused(source, 'has no integer key to cut at; name one with split: {column: …}');
      return { strategy: 'none', reason: 'no integer key to cut at' };
    }
    const field = schema.fields.find((candidate) => candidate.name === column);
    if (field === undefined && column !== integerKey)
      throw this.refused(source, `has no column "${column}" to be split by`);
    if (field !== undefined && field.type.kind !== 'int64')
      throw this.refused(source, `is split by "${column}", which is no integer`);
    const [min, max] = this.bounds(from, quoteName(column), bindValues(boundParams(source.params)));
    return planRange({
      column,
      valueKind: 'int64',
      min,
      max,
      nullable: field?.nullable ?? false,
      wish: {
        size: wish.size,
        count: wish.count,
        lower: this.bound(source, wish.lower),
        upper: this.bound(source, wish.upper),
      },
      parallelism,
      perSlot: this.context.settings['split.per-slot'],
    });
  }

  private bound(source: SourceBlock, text: string | undefined): bigint | undefined {
    if (text === undefined) return undefined;
    if (!/^-?\d+$/.test(text)) throw this.refused(source, `is split from or up to "${text}", which is no integer`);
    return BigInt(text);
  }
}

/** Splits are cut at integers; the outermost are open, so a bound need only be near. */
function nearestInt64(value: number): bigint {
  const rounded = BigInt(Math.floor(value));
  return BigInt.asIntN(64, rounded) === rounded ? rounded : value < 0 ? -(2n ** 63n) : 2n ** 63n - 1n;
}

interface TableInfoRow {
  readonly name: string;
  readonly type: string;
  readonly notnull: bigint;
  readonly pk: bigint;
}

/** The rowid is no column of the schema, but can be compared all the same. */
function splitName(column: string, { schema }: SourceDescription): string {
  return schema.fields.some((field) => field.name === column) ? quoteName(column) : 'rowid';
}
