/** Plans generated rows: all is known beforehand, so the estimates are exact and the splits are ranges of row numbers. */
import { decimalToText } from '../../columnar/decimal.js';
import { EtlError } from '../../errors/etl-error.js';
import { formatCount } from '../../config/units.js';
import { planRange } from '../../split/plan-range.js';
import { splitBoundText } from '../../split/render-split.js';
import type { SplitPlan } from '../../split/split.js';
import type {
  JsonObject,
  PlanContext,
  ReadPlan,
  ReadRequest,
  SourceBlock,
  SourceDescription,
  SourcePlanner,
} from '../connector.js';
import type { DatagenBlock } from './config.js';
import { fieldOf, widthOf, type DatagenParams, type GeneratedColumn } from './columns.js';

/** What splits call the row number, which is no column. */
const ROW = 'row';

export const datagenPlanner: SourcePlanner = {
  open: async (_connection, context) => ({
    describe: async (source) => describe(source),
    planRead: async (source, _description, read) => planRead(source, read, context),
    close: async () => undefined,
  }),
};

function describe(source: SourceBlock): SourceDescription {
  checkWish(source);
  const { rows, seed, schema } = source.own as unknown as DatagenBlock;
  const columns = Object.entries(schema);
  return {
    schema: { fields: columns.map(([name, column]) => fieldOf(name, column)) },
    rowEstimate: rows,
    bytesEstimate: rows * columns.reduce((sum, [, column]) => sum + widthOf(column), 0),
    pushdown: { dialect: null, projection: true, limit: true },
    notes: [`exactly ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}, made from the seed ${seed}`],
    own: {},
  };
}

function checkWish({ id, split, at }: SourceBlock): void {
  if (split === null) return;
  const refuse = (message: string): never => {
    throw new EtlError('ETL-4111', `source "${id}": ${message}`, {
      at,
      hint: 'generated rows are cut by their number: split: {size: 100k}, {count: 8} or {strategy: none}',
    });
  };
  if (split.strategy !== undefined && split.strategy !== 'range' && split.strategy !== 'none')
    refuse(`generated rows cannot be split by ${split.strategy}`);
  if (split.column !== undefined) refuse('generated rows cannot be split by a column');
  if (split.lower !== undefined || split.upper !== undefined) refuse('splits of generated rows take no bounds');
}

function planRead(source: SourceBlock, read: ReadRequest, { settings }: PlanContext): ReadPlan {
  const { rows, seed, schema } = source.own as unknown as DatagenBlock;
  const columns = read.columns.map((name) => ({ name, ...schema[name] }));
  const params: DatagenParams = { rows, seed, columns, batchRows: source.fetchSize };
  return {
    params: params as unknown as JsonObject,
    schema: { fields: columns.map((column) => fieldOf(column.name, column)) },
    splits: planSplits(source, rows, read.parallelism, settings['split.per-slot']),
    sql: null,
    // Every split, and every attempt, sees the same rows.
    consistency: 'run-snapshot',
    notes: columns.map((column) => `${column.name}: ${shownGenerator(column)}`),
  };
}

function planSplits({ split }: SourceBlock, rows: number, parallelism: number, perSlot: number): SplitPlan {
  if (split?.strategy === 'none') return { strategy: 'none', reason: 'asked for' };
  if (rows === 0) return { strategy: 'none', reason: 'no rows' };
  return planRange({
    column: ROW,
    valueKind: 'int64',
    min: 0n,
    max: BigInt(rows - 1),
    nullable: false,
    wish: { size: split?.size, count: split?.count },
    parallelism,
    perSlot,
  });
}

function shownGenerator(column: GeneratedColumn): string {
  const nulls = column.nulls === 0 ? '' : `, ${Number((100 * column.nulls).toPrecision(15))}% NULL`;
  return valuesOf(column) + nulls;
}

function valuesOf({ type, generator }: GeneratedColumn): string {
  switch (generator.kind) {
    case 'sequence':
      return `sequence from ${generator.start} in steps of ${generator.step}`;
    case 'uniform': {
      const shown = (units: string): string => {
        if (type.kind === 'decimal') return decimalToText(BigInt(units), type.scale);
        const isTime = type.kind === 'date' || type.kind === 'timestamp' || type.kind === 'timestamptz';
        return isTime ? splitBoundText(type.kind, units) : units;
      };
      return `uniform, ${shown(generator.min)} to ${shown(generator.max)}`;
    }
    case 'zipf':
      return `zipf, ${formatCount(generator.values)} values, exponent ${generator.exponent}`;
    case 'text':
      return `random texts of ${generator.minLength} to ${generator.maxLength} characters`;
    case 'label':
      return `"${generator.prefix}" and a number, ${formatCount(generator.distinct)} texts`;
    case 'timestamps': {
      const seconds = (micros: number | string): string => `${Number(micros) / 1_000_000} s`;
      const jitter = generator.jitter === 0 ? '' : `, up to ${seconds(generator.jitter)} later`;
      return `from ${splitBoundText('timestamp', generator.start)} in steps of ${seconds(generator.step)}${jitter}`;
    }
    default:
      return generator satisfies never;
  }
}
