/**
 * A connector over rows in memory: a source reads a table that the test gives, cut into splits; a sink keeps what it is
 * sent, once a split is finished. Implements the real interfaces; no server takes part, so thousands of plans run in a minute.
 *
 *     sources: {t: {type: rows, table: t, splits: 3}}        sinks: {out: {type: rows}}
 */
import { z } from 'zod';
import { rowCount, type Batch, type Schema } from '../../../src/columnar/batch.js';
import { createBuilder } from '../../../src/columnar/column-builder.js';
import { cellText } from '../../../src/columnar/js-value.js';
import { isValid } from '../../../src/columnar/column.js';
import { textParser } from '../../../src/columnar/parse-text.js';
import type {
  Connector,
  SinkModule,
  SinkPlanner,
  SinkWriter,
  SourceCatalog,
  SourceModule,
  SourcePlanner,
} from '../../../src/connectors/connector.js';

/** Cells as PostgreSQL's text; null is NULL. */
export type TextRow = readonly (string | null)[];

export interface TestTable {
  readonly schema: Schema;
  readonly rows: readonly TextRow[];
}

export interface RowsWorld {
  readonly tables: Readonly<Record<string, TestTable>>;
  /** Most rows of a batch that a source gives. */
  readonly batchRows: number;
  /** By sink, what finished splits wrote, by split. */
  readonly written: Map<string, Map<number, TextRow[]>>;
}

export function rowsConnector(world: RowsWorld): Connector {
  const source = z.strictObject({ table: z.string(), splits: z.number().int().default(1) });
  return {
    type: 'rows',
    config: () => Promise.resolve({ source, sink: z.strictObject({}) }),
    planSource: () => Promise.resolve(planSource(world)),
    planSink: () => Promise.resolve(planSink),
    source: () => Promise.resolve(sourceOf(world)),
    sink: () => Promise.resolve(sinkOf(world)),
  };
}

function planSource({ tables }: RowsWorld): SourcePlanner {
  const catalog: SourceCatalog = {
    describe: ({ own }) => {
      const { schema, rows } = tables[String(own.table)];
      return Promise.resolve({
        schema,
        rowEstimate: rows.length,
        bytesEstimate: null,
        pushdown: { dialect: null, projection: true, limit: false },
        notes: [],
        own: {},
      });
    },
    planRead: ({ own }, { schema }, { columns }) =>
      Promise.resolve({
        params: { table: String(own.table), splits: Number(own.splits), columns },
        schema: { fields: columns.map((name) => schema.fields.find((field) => field.name === name)!) },
        splits: { strategy: 'values', items: Array.from({ length: Number(own.splits) }, (_, i) => String(i)) },
        sql: null,
        consistency: 'live',
        notes: [],
      }),
    close: () => Promise.resolve(),
  };
  return { open: () => Promise.resolve(catalog) };
}

const planSink: SinkPlanner = {
  plan: ({ input }) => ({
    params: {},
    columns: input.fields.map((field) => field.name),
    effect: 'idempotent',
    commit: 'batch',
    description: 'rows',
    notes: [],
  }),
};

function sourceOf({ tables, batchRows }: RowsWorld): SourceModule {
  return {
    openSource: ({ table, splits, columns }) =>
      Promise.resolve({
        async *read({ index }) {
          await Promise.resolve();
          const { schema, rows } = tables[String(table)];
          const own = rows.filter((_, i) => i % Number(splits) === index);
          const positions = (columns as readonly string[]).map((name) =>
            schema.fields.findIndex((f) => f.name === name),
          );
          for (let from = 0; from < own.length; from += batchRows) {
            yield toBatch(schema, positions, own.slice(from, from + batchRows));
          }
        },
        close: () => Promise.resolve(),
      }),
  };
}

function sinkOf({ written }: RowsWorld): SinkModule {
  return {
    openSink: (_params, _input, context) => {
      const finished = written.get(context.sinkId) ?? new Map<number, TextRow[]>();
      written.set(context.sinkId, finished);
      let rows: TextRow[] = [];
      let key = 0;
      const writer: SinkWriter = {
        beginSplit: ({ split, vertex }) => {
          rows = [];
          key = [...vertex].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 0) * 1_000 + split;
          return Promise.resolve();
        },
        write: (batch) => {
          rows.push(...toRows(batch));
          context.written(rowCount(batch));
          return Promise.resolve();
        },
        endSplit: () => {
          finished.set(key, rows);
          return Promise.resolve(null);
        },
        abortSplit: () => Promise.resolve(),
        close: () => Promise.resolve(),
      };
      return Promise.resolve(writer);
    },
  };
}

function toBatch(schema: Schema, positions: readonly number[], rows: readonly TextRow[]): Batch {
  const fields = positions.map((position) => schema.fields[position]);
  const columns = positions.map((position) => {
    const { type } = schema.fields[position];
    const builder = createBuilder(type, rows.length);
    const parse = textParser(type);
    for (const row of rows) {
      const text = row[position];
      if (text === null) builder.appendNull();
      else {
        const bytes = Buffer.from(text);
        parse(bytes, 0, bytes.length, builder);
      }
    }
    return builder.finish();
  });
  return { schema: { fields }, columns, length: rows.length, selection: null };
}

export function toRows({ columns, length, selection }: Batch): TextRow[] {
  const rows = selection === null ? Array.from({ length }, (_, i) => i) : [...selection];
  return rows.map((row) => columns.map((column) => (isValid(column, row) ? cellText(column, row) : null)));
}
