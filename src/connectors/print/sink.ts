/**
 * Rows to standard output: as lines while they come, or as a table of the first ones when the run has ended.
 *
 * When the reader goes away (`| head -1`) the rows are dropped and counted as written: a closed stdout stops no run.
 */
import { rowCount, type Batch, type Schema } from '../../columnar/batch.js';
import { ByteWriter } from '../../columnar/byte-writer.js';
import type { Committable, SinkContext, SinkModule, SinkWriter } from '../connector.js';
import { cellTexts } from './cell-text.js';
import { renderTable } from './render-table.js';
import { rowLines } from './row-lines.js';
import type { PrintParams, TableParams, TableRows } from './sink-params.js';
import { createLineWriter } from './write-lines.js';

const STDOUT = 1;

export const printSink: SinkModule = {
  openSink: async (given, input, context, committed) => {
    const params = given as unknown as PrintParams;
    return params.format === 'table'
      ? tableWriter(params, context, committed as unknown as readonly TableRows[])
      : lineWriter(params, input, context);
  },
  commit: async (given, committables) => {
    const params = given as unknown as PrintParams;
    if (params.format !== 'table') return;
    const parts = [...(committables as unknown as readonly TableRows[])].sort((a, b) => a.split - b.split);
    const rows = parts.flatMap((part) => part.rows).slice(0, params.rows);
    const total = parts.reduce((sum, part) => sum + part.count, 0);
    await createLineWriter(STDOUT).write(Buffer.from(renderTable(params, rows, total)));
  },
};

function lineWriter(params: Exclude<PrintParams, TableParams>, input: Schema, context: SinkContext): SinkWriter {
  const lines = createLineWriter(STDOUT);
  const rowsOf = rowLines(params, input);
  const out = new ByteWriter(1 << 16);
  let open = true;
  return {
    beginSplit: async () => undefined,
    write: async (batch) => {
      if (open) {
        out.clear();
        const writeRow = rowsOf(batch);
        eachRow(batch, (row) => writeRow(row, out));
        const asked = performance.now();
        open = await lines.write(out.view());
        context.waited(performance.now() - asked);
        if (!open) context.log('warn', `sink "${context.sinkId}": standard output was closed; its rows are dropped`);
      }
      context.written(rowCount(batch));
    },
    endSplit: async () => null,
    abortSplit: async () => undefined,
    close: async () => undefined,
  };
}

/** Keeps no more rows of all its splits together than the table can show. */
function tableWriter(params: TableParams, context: SinkContext, committed: readonly TableRows[]): SinkWriter {
  let left = committed.reduce((sum, part) => sum - part.rows.length, params.rows);
  let split = 0;
  let count = 0;
  let rows: string[][] = [];
  const begin = (next: number): void => {
    split = next;
    count = 0;
    rows = [];
  };
  return {
    beginSplit: async (attempt) => begin(attempt.split),
    write: async (batch) => {
      const cellsOf = cellTexts(batch);
      eachRow(batch, (row) => {
        if (rows.length < left) rows.push(cellsOf(row));
      });
      count += rowCount(batch);
      context.written(rowCount(batch));
    },
    endSplit: async () => {
      left -= rows.length;
      return count === 0 ? null : ({ split, count, rows } satisfies TableRows as unknown as Committable);
    },
    abortSplit: async () => begin(0),
    close: async () => undefined,
  };
}

function eachRow(batch: Batch, visit: (row: number) => void): void {
  const count = rowCount(batch);
  for (let i = 0; i < count; i++) visit(batch.selection === null ? i : batch.selection[i]);
}
