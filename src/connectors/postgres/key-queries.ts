/** What the server knows of a key: its bounds, its statistics, a sample. Values come as integers (days, microseconds, bits). */
import type { Field } from '../../columnar/batch.js';
import { EtlError } from '../../errors/etl-error.js';
import type { SplitValueKind } from '../../split/split.js';
import type { SourceBlock, SplitWish } from '../connector.js';
import { fromClause, type Findings } from './describe-source.js';
import type { KeyStatistics } from './key-distribution.js';
import type { Session } from './session.js';
import { quoteName, quoteText, serverTypeName } from './sql-text.js';

const SAMPLED_ROWS = 30_000;

export interface KeyBounds {
  /** Of the table; null when it holds no such value, or when both bounds are given. */
  readonly min: bigint | null;
  readonly max: bigint | null;
  readonly lower: bigint | undefined;
  readonly upper: bigint | undefined;
}

export class KeyQueries {
  private readonly column: string;
  private readonly from: string;
  private readonly doing: string;

  constructor(
    private readonly session: Session,
    private readonly source: SourceBlock,
    private readonly findings: Findings,
    private readonly field: Field,
    private readonly valueKind: SplitValueKind,
  ) {
    this.column = quoteName(field.name);
    this.from = fromClause(findings.from, source);
    this.doing = `looking for the bounds of ${field.name}`;
  }

  /** Given bounds are read by the server, as values of the column's type. */
  async bounds(wish: SplitWish): Promise<KeyBounds> {
    const given = await this.ask([this.givenBound(wish.lower), this.givenBound(wish.upper)]).catch((error: unknown) => {
      if (error instanceof EtlError && error.code === 'ETL-4108')
        throw new EtlError('ETL-3020', error.message, { at: this.source.at });
      throw error;
    });
    const [lower, upper] = given.map((value) => value ?? undefined);
    if (lower !== undefined && upper !== undefined) return { min: null, max: null, lower, upper };
    const [min, max] = await this.ask(
      [this.asInteger('lo'), this.asInteger('hi')],
      ` FROM (${this.extremes()}) AS bounds`,
    );
    return { min, max, lower, upper };
  }

  /** From pg_stats; null where the table was never analyzed, or is none. */
  async statistics(): Promise<KeyStatistics | null> {
    const { table } = this.findings;
    if (table === null) return null;
    const values = (array: string): string => {
      const type = serverTypeName(this.field.type);
      return `ARRAY(SELECT ${this.asInteger('v')} FROM pg_catalog.unnest(${array}::pg_catalog.text::${type}[]) WITH ORDINALITY AS u(v, n)${this.whereFinite('v')} ORDER BY n)`;
    };
    const [row] = await this.session.query(
      `SELECT pg_catalog.to_json(${values('histogram_bounds')}), pg_catalog.to_json(${values('most_common_vals')}),
              pg_catalog.to_json(most_common_freqs), null_frac
         FROM pg_catalog.pg_stats
        WHERE schemaname = $1 AND tablename = $2 AND attname = $3 ORDER BY inherited DESC LIMIT 1`,
      this.doing,
      [table.schema, table.name, this.field.name],
    );
    if (row === undefined) return null;
    const [bounds, commonValues, shares, nullShare] = row;
    const filled = Math.max(1e-9, 1 - Number(nullShare));
    const shareList = shares === null ? [] : (JSON.parse(shares) as number[]);
    const common = (JSON.parse(commonValues!) as string[]).map((value, i) => ({
      value: this.parse(value),
      share: (shareList[i] ?? 0) / filled,
    }));
    const list = (JSON.parse(bounds!) as string[]).map((text) => this.parse(text));
    return list.length < 2 && common.length === 0 ? null : { bounds: list, common };
  }

  /** First values of the second … of `count` ranges, from a sample of the table, or from all rows where none can be taken. */
  async sampledCuts(count: number, rowEstimate: number): Promise<bigint[]> {
    const canSample = this.findings.table !== null && 'rpm'.includes(this.findings.table.relkind);
    const percent = Math.min(100, (100 * SAMPLED_ROWS) / Math.max(1, rowEstimate));
    const sample = canSample && percent < 100 ? ` TABLESAMPLE SYSTEM (${percent})` : '';
    const shares = Array.from({ length: count - 1 }, (_, i) => (i + 1) / count).join(',');
    const cuts = `SELECT percentile_disc(ARRAY[${shares}]) WITHIN GROUP (ORDER BY ${this.column}) AS cuts FROM ${this.from}${sample}${this.whereFinite(this.column)}`;
    const rows = await this.session.query(
      `SELECT ${this.asInteger('v')} FROM (${cuts}) AS sampled, pg_catalog.unnest(sampled.cuts) AS u(v) WHERE v IS NOT NULL`,
      this.doing,
      undefined,
      this.source.at,
    );
    return rows.map(([value]) => this.parse(value!));
  }

  private async ask(expressions: readonly string[], from = ''): Promise<(bigint | null)[]> {
    const [row] = await this.session.query(
      `SELECT ${expressions.join(', ')}${from}`,
      this.doing,
      undefined,
      this.source.at,
    );
    return row.map((value) => (value === null ? null : this.parse(value)));
  }

  private givenBound(text: string | undefined): string {
    if (text === undefined) return 'NULL::text';
    if (this.valueKind === 'int64' && !/^[+-]?\d{1,19}$/.test(text.trim())) {
      throw new EtlError(
        'ETL-3020',
        `source ${this.source.id}: ${JSON.stringify(text)} is no bound for the integer column "${this.field.name}"`,
        { at: this.source.at },
      );
    }
    return this.asInteger(
      `${quoteText(text)}::${this.valueKind === 'int64' ? 'bigint' : serverTypeName(this.field.type)}`,
    );
  }

  /** The value as the integer that split plans count in. */
  private asInteger(value: string): string {
    switch (this.valueKind) {
      case 'int64':
        return `(${value})::bigint::text`;
      case 'date':
        return `((${value}) - date '1970-01-01')::text`;
      case 'timestamp':
      case 'timestamptz':
        return `(extract(epoch FROM ${value})::numeric * 1000000)::numeric(30,0)::text`;
      case 'uuid':
        return `(${value})::text`;
    }
  }

  /** What `asInteger` gave. */
  private parse(text: string): bigint {
    return BigInt(this.valueKind === 'uuid' ? `0x${text.replaceAll('-', '')}` : text);
  }

  /** An index is walked from its ends, so conditions must be some that it knows. min and max of uuid came with PostgreSQL 18. */
  private extremes(): string {
    const { column, from } = this;
    if (this.valueKind !== 'uuid')
      return `SELECT min(${column}) AS lo, max(${column}) AS hi FROM ${from}${this.whereFinite(column)}`;
    const sorted = `(SELECT ${column} FROM ${from} WHERE ${column} IS NOT NULL ORDER BY ${column}`;
    return `SELECT ${sorted} LIMIT 1) AS lo, ${sorted} DESC LIMIT 1) AS hi`;
  }

  /** ±infinity are values that cannot be counted from; they belong to the first and the last split. */
  private whereFinite(value: string): string {
    return this.valueKind === 'int64' || this.valueKind === 'uuid'
      ? ''
      : ` WHERE ${value} > '-infinity' AND ${value} < 'infinity'`;
  }
}
