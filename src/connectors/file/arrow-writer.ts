/**
 * Batches into Arrow files. Small ones, and the rows that each key has of a batch, are put together first: a batch in a file
 * has about `MAX_BATCH_ROWS` rows or `TARGET_BATCH_BYTES`, unless its split had fewer.
 */
import { byteSize, encodeBatch } from '../../columnar/arrow/encode-batch.js';
import {
  fieldIndex,
  MAX_BATCH_ROWS,
  rowCount,
  TARGET_BATCH_BYTES,
  type Batch,
  type Schema,
} from '../../columnar/batch.js';
import { sizeOfBatch } from '../../columnar/batch-size.js';
import { concatColumns } from '../../columnar/concat-columns.js';
import { compactBatch, takeColumn } from '../../columnar/take.js';
import type { AttemptId, Committable, SinkContext, SinkWriter } from '../connector.js';
import { placeholders, RowPaths } from './path-template.js';
import type { FileCommittable, FileSinkParams } from './sink-params.js';
import type { StagedFiles } from './staged-files.js';

/** Rows of one file that are not yet encoded. */
interface Pending {
  readonly batches: Batch[];
  rows: number;
  bytes: number;
}

export class ArrowFileWriter implements SinkWriter {
  private readonly paths: RowPaths;
  private readonly schema: Schema;
  private readonly hasKeys: boolean;
  private readonly pending = new Map<string, Pending>();
  private pendingBytes = 0;
  private staged = 0;

  /** `pendingLimit`: bytes that rows may take here, before they are in the buffers of `files`. */
  constructor(
    params: FileSinkParams,
    private readonly files: StagedFiles,
    private readonly context: SinkContext,
    private readonly pendingLimit: number,
  ) {
    this.paths = new RowPaths(params.template, context.subtask);
    this.schema = params.schema;
    this.hasKeys = placeholders(params.template).some((key) => key.kind === 'column');
  }

  beginSplit(_attempt: AttemptId): Promise<void> {
    this.forget();
    return Promise.resolve();
  }

  async write(batch: Batch): Promise<void> {
    for (const [path, part] of this.partsOf(batch)) {
      this.staged += rowCount(part);
      await this.add(path, part);
    }
    if (this.pendingBytes > this.pendingLimit) await this.encodeAll();
    await this.files.relieve();
  }

  async endSplit(): Promise<Committable> {
    await this.encodeAll();
    const asked = performance.now();
    const files = await this.files.commit();
    this.context.waited(performance.now() - asked);
    this.context.written(this.staged);
    this.forget();
    return files.length === 0 ? null : ({ files } satisfies FileCommittable as unknown as Committable);
  }

  async abortSplit(): Promise<void> {
    this.forget();
    await this.files.rollback();
  }

  close(): Promise<void> {
    this.forget();
    return this.files.close();
  }

  /** The rows that go to each file. */
  private partsOf(batch: Batch): readonly (readonly [path: string, part: Batch])[] {
    const count = rowCount(batch);
    if (count === 0) return [];
    const pathOf = this.paths.forBatch((name) => batch.columns[fieldIndex(batch.schema, name)]);
    if (!this.hasKeys) {
      const path = pathOf(0);
      if (path !== null) return [[path, compactBatch(batch)]];
    }
    const groups = new Map<string, number>();
    const groupOf = new Int32Array(count);
    const sizes: number[] = [];
    for (let i = 0; i < count; i++) {
      const row = batch.selection === null ? i : batch.selection[i];
      const path = pathOf(row);
      if (path === null) {
        const message = 'the path of its file would have a name of more than 255 bytes';
        this.context.reject(batch, row, { code: 'ETL-5201', sqlState: '22001', message });
        groupOf[i] = -1;
        continue;
      }
      let group = groups.get(path);
      if (group === undefined) groups.set(path, (group = sizes.push(0) - 1));
      groupOf[i] = group;
      sizes[group]++;
    }
    if (sizes.length === 1 && sizes[0] === count) return [[[...groups.keys()][0], compactBatch(batch)]];
    const rows = sizes.map((size) => new Int32Array(size));
    const filled = new Int32Array(sizes.length);
    for (let i = 0; i < count; i++) {
      const group = groupOf[i];
      if (group >= 0) rows[group][filled[group]++] = batch.selection === null ? i : batch.selection[i];
    }
    return [...groups].map(([path, group]) => {
      const columns = batch.columns.map((column) => takeColumn(column, rows[group]));
      return [path, { schema: batch.schema, columns, length: sizes[group], selection: null }];
    });
  }

  private async add(path: string, part: Batch): Promise<void> {
    let waiting = this.pending.get(path);
    if (waiting !== undefined && waiting.rows + part.length > MAX_BATCH_ROWS) {
      await this.encode(path, waiting);
      waiting = undefined;
    }
    if (waiting === undefined) this.pending.set(path, (waiting = { batches: [], rows: 0, bytes: 0 }));
    const bytes = sizeOfBatch(part);
    waiting.batches.push(part);
    waiting.rows += part.length;
    waiting.bytes += bytes;
    this.pendingBytes += bytes;
    if (waiting.rows >= MAX_BATCH_ROWS / 2 || waiting.bytes >= TARGET_BATCH_BYTES) await this.encode(path, waiting);
  }

  private async encodeAll(): Promise<void> {
    for (const [path, waiting] of [...this.pending]) await this.encode(path, waiting);
  }

  private async encode(path: string, waiting: Pending): Promise<void> {
    this.pending.delete(path);
    this.pendingBytes -= waiting.bytes;
    const file = this.files.take(path);
    const pieces = encodeBatch(joined(waiting.batches, this.schema));
    file.out.reserve(byteSize(pieces));
    for (const piece of pieces) file.out.copy(piece, 0, piece.length);
    if (!this.files.isFull(file)) return;
    const asked = performance.now();
    await this.files.flush(file);
    this.context.waited(performance.now() - asked);
  }

  private forget(): void {
    this.pending.clear();
    this.pendingBytes = 0;
    this.staged = 0;
  }
}

function joined(batches: readonly Batch[], schema: Schema): Batch {
  const columns = schema.fields.map((_, i) => concatColumns(batches.map((batch) => batch.columns[i])));
  return { schema, columns, length: batches.reduce((sum, batch) => sum + batch.length, 0), selection: null };
}
