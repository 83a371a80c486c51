/**
 * Chooses how a source is cut, and asks the server for what the cut needs.
 *
 * The job file's wish wins. Else: a primary key of one integer, date, timestamp or uuid column is cut in ranges, at percentiles
 * where the statistics show that equal ranges would be uneven; any other plain table by ctid blocks; what remains is one
 * split, and the reason is said. Few rows are one split, too.
 */
import type { Field } from '../../columnar/batch.js';
import { typeName } from '../../columnar/data-type.js';
import { EtlError } from '../../errors/etl-error.js';
import { planRange } from '../../split/plan-range.js';
import { rangeLayout } from '../../split/range-layout.js';
import type { SplitPlan, SplitValueKind } from '../../split/split.js';
import type { SplitWish } from '../connector.js';
import type { Findings } from './describe-source.js';
import { distinctCuts, KeyDistribution } from './key-distribution.js';
import { KeyQueries } from './key-queries.js';
import { planHash, planValues } from './plan-named-splits.js';
import type { SplitRequest } from './split-request.js';

/** Below these, another split costs more than it brings. */
const ROWS_WORTH_A_SPLIT = 10_000;
const BYTES_WORTH_A_SPLIT = 4 * 1024 * 1024;
/** Equal ranges are kept while the fullest holds at most so many times its share. */
const TOLERATED_UNEVENNESS = 2;
const MAX_CUTS = 4096;
const FIRST_VERSION_WITH_CTID_RANGES = 140000;

export async function planSplits(request: SplitRequest): Promise<SplitPlan> {
  const { source } = request;
  const wish = source.split ?? {};
  switch (wish.strategy) {
    case 'none':
      return { strategy: 'none', reason: 'the job file asks for one split' };
    case 'hash':
      return planHash(request);
    case 'values':
      return planValues(request);
    case 'ctid':
      return planCtid(request, true);
    default:
      break;
  }
  const key = findKey(request);
  const isAsked = wish.strategy !== undefined || wish.column !== undefined;
  if (!isAsked && wish.size === undefined && wish.count === undefined && usefulSplits(request) === 1) {
    return { strategy: 'none', reason: `about ${Math.round(request.rowEstimate)} rows, not worth more than one split` };
  }
  if (key !== null) return planByKey(request, key, wish);
  if (wish.size !== undefined || wish.lower !== undefined || wish.upper !== undefined || isAsked) {
    throw new EtlError('ETL-3020', `source ${source.id}: no column to split by`, {
      at: source.at,
      hint: 'name one: split: {column: …}',
    });
  }
  const why = whyNoCtid(request);
  if (why === null) return planCtid(request, false);
  return { strategy: 'none', reason: `${why}; split: {column: …} would cut it` };
}

interface Key {
  readonly field: Field;
  readonly valueKind: SplitValueKind;
}

/** The wished column, else the only column of the primary key when it can be cut. */
function findKey({ source, schema, findings }: SplitRequest): Key | null {
  const wished = source.split?.column;
  if (wished === undefined) {
    const [name, ...others] = findings.table?.primaryKey ?? [];
    const field = others.length > 0 ? undefined : schema.fields.find((one) => one.name === name);
    const valueKind = field === undefined ? null : valueKindOf(field);
    return valueKind === null ? null : { field: field!, valueKind };
  }
  const field = schema.fields.find((one) => one.name === wished);
  if (field === undefined)
    throw new EtlError('ETL-3020', `source ${source.id}: there is no column "${wished}" to split by`, {
      at: source.at,
    });
  const valueKind = valueKindOf(field);
  if (valueKind !== null) return { field, valueKind };
  throw new EtlError(
    'ETL-3020',
    `source ${source.id}: the column "${wished}" is of type ${typeName(field.type)} and cannot be split by`,
    {
      at: source.at,
      hint: 'integers, dates, timestamps and uuids can be cut in ranges; any column by strategy: hash, and a plain table without one: strategy: ctid',
    },
  );
}

function valueKindOf({ type }: Field): SplitValueKind | null {
  switch (type.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return 'int64';
    case 'date':
    case 'timestamp':
    case 'timestamptz':
    case 'uuid':
      return type.kind;
    default:
      return null;
  }
}

async function planByKey(request: SplitRequest, { field, valueKind }: Key, wish: SplitWish): Promise<SplitPlan> {
  const { source, findings, parallelism, perSlot, session } = request;
  const queries = new KeyQueries(session, source, findings, field, valueKind);
  const bounds = await queries.bounds(wish);
  const isWished = wish.column !== undefined || wish.strategy !== undefined;
  const count =
    wish.count ??
    (wish.size !== undefined ? undefined : String(isWished ? parallelism * perSlot : usefulSplits(request)));
  const range = planRange({
    column: field.name,
    valueKind,
    min: bounds.min,
    max: bounds.max,
    nullable: field.nullable,
    wish: { size: wish.size, count, lower: bounds.lower, upper: bounds.upper },
    parallelism,
    perSlot,
  });
  if (range.strategy !== 'range' || wish.strategy === 'range') return range;
  const wantsPercentile = wish.strategy === 'percentile';
  // A size is Flink's equal ranges, as asked; so are given bounds.
  if (!wantsPercentile && (wish.size !== undefined || wish.lower !== undefined || wish.upper !== undefined))
    return range;
  const ranges = rangeCount(range, request);
  if (wantsPercentile && ranges > MAX_CUTS) {
    throw new EtlError('ETL-3020', `source ${source.id}: ${ranges} ranges at percentiles; ${MAX_CUTS} are the most`, {
      at: source.at,
      hint: 'ask for fewer, or for strategy: range',
    });
  }
  if (ranges < 2 || ranges > MAX_CUTS) return range;
  const [min, max] = [BigInt(range.min), BigInt(range.max)];
  const statistics = await queries.statistics();
  if (statistics !== null) {
    const distribution = new KeyDistribution(statistics);
    if (!wantsPercentile) {
      const layout = rangeLayout(min, max, { count: BigInt(ranges) });
      const starts = Array.from({ length: Number(layout.count) }, (_, i) => layout.lower(BigInt(i)));
      if (distribution.unevenness(starts) <= TOLERATED_UNEVENNESS) return range;
    }
    return percentile(range, distribution.cuts(ranges, min, max));
  }
  if (!wantsPercentile) return range;
  return percentile(range, distinctCuts(await queries.sampledCuts(ranges, request.rowEstimate), min));
}

/** How many ranges of equal shares are wanted. A size counts values, not rows: for percentiles it is taken as rows. */
function rangeCount(range: SplitPlan & { strategy: 'range' }, { rowEstimate }: SplitRequest): number {
  if (range.count !== undefined) return Number(range.count);
  return Math.max(1, Math.ceil(rowEstimate / Number(range.size)));
}

function percentile(
  { column, valueKind, min, max, nulls }: SplitPlan & { strategy: 'range' },
  cuts: readonly bigint[],
): SplitPlan {
  return {
    strategy: 'percentile',
    column,
    valueKind,
    min,
    max,
    cuts: cuts.filter((cut) => cut <= BigInt(max)).map(String),
    nulls,
  };
}

/** Why the blocks of the source cannot be read one by one, or null. */
function whyNoCtid({ findings, serverVersion }: SplitRequest): string | null {
  if (findings.table?.isHeap !== true) return kindOf(findings);
  return serverVersion >= FIRST_VERSION_WITH_CTID_RANGES
    ? null
    : 'the table has no key to cut, and PostgreSQL before 14 cannot read it by blocks';
}

function planCtid(request: SplitRequest, isAsked: boolean): SplitPlan {
  const { source, findings, parallelism, perSlot } = request;
  const why = whyNoCtid(request);
  if (why !== null)
    throw new EtlError('ETL-3020', `source ${source.id} cannot be split by ctid: ${why}`, { at: source.at });
  const blocks = findings.table!.blocks;
  if (blocks === 0) return { strategy: 'none', reason: 'the table is empty' };
  const wished = source.split?.count === undefined ? null : BigInt(source.split.count);
  if (wished !== null && wished < 1n)
    throw new EtlError('ETL-3020', `the count of the splits must be at least 1, not ${wished}`);
  const count =
    wished === null
      ? isAsked
        ? parallelism * perSlot
        : usefulSplits(request)
      : Number(wished > BigInt(blocks) ? BigInt(blocks) : wished);
  return { strategy: 'ctid', blocks, blocksPerSplit: Math.max(1, Math.ceil(blocks / count)) };
}

/** `split.per-slot` for each slot, but no more than the rows are worth. */
function usefulSplits({ parallelism, perSlot, rowEstimate, bytesEstimate }: SplitRequest): number {
  const worth = Math.max(Math.ceil(rowEstimate / ROWS_WORTH_A_SPLIT), Math.ceil(bytesEstimate / BYTES_WORTH_A_SPLIT));
  return Math.max(1, Math.min(parallelism * perSlot, worth));
}

function kindOf({ table }: Findings): string {
  switch (table?.relkind) {
    case undefined:
      return 'a query has no blocks and no key';
    case 'v':
      return 'a view has no blocks and no key';
    case 'p':
      return 'a partitioned table without a key of one integer, date, timestamp or uuid column';
    case 'f':
      return 'a foreign table has no blocks and no key';
    default:
      return 'the table has no key to cut and is not a plain heap table';
  }
}
