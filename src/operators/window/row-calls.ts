/** Window functions that are known when a row comes: numbers, the value of an earlier row, that of the partition's first. */
import type { Batch } from '../../columnar/batch.js';
import type { Column } from '../../columnar/column.js';
import { concatColumns } from '../../columnar/concat-columns.js';
import { takeColumn } from '../../columnar/take.js';
import { viewRows } from '../../columnar/view-rows.js';
import type { OverCall } from '../../protocol/task.js';

/** `partitions`, `peers`: 1 where one begins. `leads`: columns of the calls that look ahead. */
export interface Around {
  readonly partitions: Uint8Array;
  readonly peers: Uint8Array;
  readonly leads: ReadonlyMap<OverCall, Column>;
}

export class RowCalls {
  /** Of the partition, up to the last row. */
  private row = 0n;
  private rank = 0n;
  private denseRank = 0n;
  /** By call: of the rows before, as many as it looks back; of `firstValue` one. */
  private readonly earlier = new Map<OverCall, Column>();

  constructor(private readonly calls: readonly OverCall[]) {}

  /** A column for each call that is no aggregate. */
  columns(batch: Batch, { partitions, peers, leads }: Around): Column[] {
    const { length } = batch;
    const numbers = this.numbers(length, partitions, peers);
    return this.calls.flatMap((call): Column[] => {
      switch (call.kind) {
        case 'rowNumber':
        case 'rank':
        case 'denseRank':
          return [bigints(numbers[call.kind])];
        case 'lag':
          return [this.lag(call, batch, numbers.rowNumber)];
        case 'lead':
          return [leads.get(call)!];
        case 'firstValue':
          return [this.first(call, batch, partitions)];
        case 'aggregate':
          return [];
        default:
          return call satisfies never;
      }
    });
  }

  private numbers(length: number, partitions: Uint8Array, peers: Uint8Array) {
    const rowNumber = new BigInt64Array(length);
    const rank = new BigInt64Array(length);
    const denseRank = new BigInt64Array(length);
    for (let i = 0; i < length; i++) {
      if (partitions[i] === 1) this.row = this.denseRank = 0n;
      this.row++;
      if (peers[i] === 1) {
        this.rank = this.row;
        this.denseRank++;
      }
      rowNumber[i] = this.row;
      rank[i] = this.rank;
      denseRank[i] = this.denseRank;
    }
    return { rowNumber, rank, denseRank };
  }

  private lag(call: Extract<OverCall, { kind: 'lag' | 'lead' }>, batch: Batch, rowNumber: BigInt64Array): Column {
    const column = batch.columns[call.column];
    const before = this.earlier.get(call);
    const all = before === undefined ? column : concatColumns([before, column]);
    const shift = (before?.length ?? 0) - call.offset;
    const rows = new Int32Array(batch.length);
    for (let i = 0; i < rows.length; i++) rows[i] = rowNumber[i] > BigInt(call.offset) ? i + shift : -1;
    this.earlier.set(call, concatColumns([viewRows(all, Math.max(0, all.length - call.offset), all.length)]));
    return takeColumn(all, rows);
  }

  private first(call: Extract<OverCall, { kind: 'firstValue' }>, batch: Batch, partitions: Uint8Array): Column {
    const column = batch.columns[call.column];
    const before = this.earlier.get(call);
    const all = before === undefined ? column : concatColumns([before, column]);
    const shift = before?.length ?? 0;
    const rows = new Int32Array(batch.length);
    let first = 0;
    for (let i = 0; i < rows.length; i++) {
      if (partitions[i] === 1) first = i + shift;
      rows[i] = first;
    }
    this.earlier.set(call, takeColumn(all, Int32Array.of(first)));
    return takeColumn(all, rows);
  }
}

function bigints(values: BigInt64Array): Column {
  const words = new Int32Array(values.buffer);
  return { layout: 'int64', type: { kind: 'int64' }, length: values.length, validity: null, values, words };
}
