/** What the parent tells a slot about a file sink. JSON-safe. */
import type { Schema } from '../../columnar/batch.js';
import type { FormatKind } from './file-format.js';
import type { PathTemplate } from './path-template.js';

export interface FileSinkParams {
  /** Tells the staging files of two sinks apart. */
  readonly tag: string;
  readonly template: PathTemplate;
  /** The path as the job file has it, whatever `-{subtask}` was put into it since: the name of the list of files. */
  readonly path: string;
  readonly kind: FormatKind;
  readonly gzip: boolean;
  readonly delimiter: string;
  readonly header: boolean;
  readonly nullValue: string;
  readonly formulaGuard: boolean;
  readonly schema: Schema;
}

/** One file in a split's committable: path below the root, name of its staging file beside it, bytes that count. */
export type StagedEntry = readonly [path: string, staging: string, bytes: number];

export interface FileCommittable {
  readonly files: readonly StagedEntry[];
}
