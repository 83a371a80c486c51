/**
 * Batches into files: rows are staged split by split in hidden files beside the target, and published at the end of the
 * run. A split that is repeated leaves each row once; a run that fails leaves nothing.
 */
import { posix } from 'node:path';
import { fieldIndex, rowCount, type Batch, type Schema } from '../../columnar/batch.js';
import type { ByteWriter } from '../../columnar/byte-writer.js';
import type { CellWriter } from '../../columnar/write-text.js';
import { jsonKeys, rowJsonWriter } from '../../columnar/write-row-json.js';
import type { AttemptId, Committable, SinkContext, SinkModule, SinkWriter } from '../connector.js';
import { ArrowFileWriter } from './arrow-writer.js';
import { isArrow } from './file-format.js';
import { fileFrame } from './file-frame.js';
import { RowPaths } from './path-template.js';
import { publishFiles } from './publish-files.js';
import { removeStaging } from './remove-staging.js';
import { SafeFolder } from './safe-folder.js';
import type { FileCommittable, FileSinkParams, StagedEntry } from './sink-params.js';
import { StagedFiles, type StagedFile } from './staged-files.js';
import { shortName, stagingName, type StagingFile, type StagingOwner } from './staging-names.js';
import { CsvWriter } from '../../columnar/write-csv.js';

const MAX_BUFFER_BYTES = 64 << 20;

export const fileSink: SinkModule = {
  openSink: async (params, input, context, committed) => {
    const planned = params as unknown as FileSinkParams;
    const owner = { runId: context.runId, pid: context.mainPid, tag: planned.tag };
    const folder = new SafeFolder(context.baseDir, planned.template.root);
    const bufferBytes = Math.min(MAX_BUFFER_BYTES, context.networkBytes / 2);
    const files = new StagedFiles(
      folder,
      planned.gzip,
      (await fileFrame(planned)).head,
      (path) => stagingName(path.slice(path.lastIndexOf('/') + 1), owner, context.subtask),
      bufferBytes,
    );
    const kept = lastEntries(committed);
    const keptPaths = new Set(kept.map(([path, staging]) => posix.join(posix.dirname(path), staging)));
    await removeStaging(folder, planned.template, (file, path) => {
      return isOwn(file, owner) && file.subtask === String(context.subtask) && !keptPaths.has(path);
    });
    for (const entry of kept) await files.restore(entry);
    return isArrow(planned.kind)
      ? new ArrowFileWriter(planned, files, context, bufferBytes / 2)
      : new FileSinkWriter(planned, input, files, context);
  },

  commit: async (params, committables, context) => {
    const planned = params as unknown as FileSinkParams;
    const folder = new SafeFolder(context.baseDir, planned.template.root);
    const owner = { runId: context.runId, pid: context.mainPid, tag: planned.tag };
    await publishFiles(planned, folder, owner, await fileFrame(planned), lastEntries(committables));
  },

  abort: async (params, context) => {
    const planned = params as unknown as FileSinkParams;
    const owner = { runId: context.runId, pid: context.mainPid, tag: planned.tag };
    await removeStaging(new SafeFolder(context.baseDir, planned.template.root), planned.template, (file) =>
      isOwn(file, owner),
    );
  },
};

class FileSinkWriter implements SinkWriter {
  private readonly paths: RowPaths;
  private readonly startBatch: (batch: Batch) => CellWriter;
  private staged = 0;

  constructor(
    params: FileSinkParams,
    input: Schema,
    private readonly files: StagedFiles,
    private readonly context: SinkContext,
  ) {
    this.paths = new RowPaths(params.template, context.subtask);
    this.startBatch = rowWriter(params, input);
  }

  async beginSplit(_attempt: AttemptId): Promise<void> {
    this.staged = 0;
  }

  async write(batch: Batch): Promise<void> {
    const count = rowCount(batch);
    const writeRow = this.startBatch(batch);
    const pathOf = this.paths.forBatch((name) => batch.columns[fieldIndex(batch.schema, name)]);
    let path: string | null = null;
    let file: StagedFile | null = null;
    for (let i = 0; i < count; i++) {
      const row = batch.selection === null ? i : batch.selection[i];
      const next = pathOf(row);
      if (next === null) {
        const message = 'the path of its file would have a name of more than 255 bytes';
        this.context.reject(batch, row, { code: 'ETL-5201', sqlState: '22001', message });
        continue;
      }
      if (file === null || next !== path) {
        path = next;
        file = this.files.take(next);
      }
      writeRow(row, file.out);
      this.staged++;
      if (this.files.isFull(file)) await this.flush(file);
    }
    await this.files.relieve();
  }

  async endSplit(): Promise<Committable> {
    const asked = performance.now();
    const files = await this.files.commit();
    this.context.waited(performance.now() - asked);
    this.context.written(this.staged);
    this.staged = 0;
    return files.length === 0 ? null : ({ files } satisfies FileCommittable as unknown as Committable);
  }

  async abortSplit(): Promise<void> {
    this.staged = 0;
    await this.files.rollback();
  }

  close(): Promise<void> {
    return this.files.close();
  }

  private async flush(file: StagedFile): Promise<void> {
    const asked = performance.now();
    await this.files.flush(file);
    this.context.waited(performance.now() - asked);
  }
}

function rowWriter(params: FileSinkParams, input: Schema): (batch: Batch) => CellWriter {
  if (params.kind === 'csv') {
    const csv = new CsvWriter(params);
    return (batch) => csv.forBatch(batch);
  }
  const keys = jsonKeys(input);
  return (batch) => {
    const writeRow = rowJsonWriter(batch, keys);
    return (row: number, out: ByteWriter) => {
      writeRow(row, out);
      out.byte(10);
    };
  };
}

/** The last word on each staging file. */
function lastEntries(committables: readonly Committable[]): readonly StagedEntry[] {
  const last = new Map<string, StagedEntry>();
  for (const committable of committables as unknown as readonly (FileCommittable | null)[]) {
    for (const entry of committable?.files ?? []) last.set(`${entry[0]}/${entry[1]}`, entry);
  }
  return [...last.values()];
}

function isOwn(file: StagingFile, owner: StagingOwner): boolean {
  return file.run === shortName(owner.runId) && file.pid === owner.pid && file.tag === owner.tag;
}
