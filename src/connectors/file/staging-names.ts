/**
 * Names of staging files: `.part-0.csv.etl-<run>-<pid>-<sink>-<subtask>.tmp`, beside the file that they become.
 *
 * The pid is that of the run's main process, the same for all its slots. Hidden, so that no pattern reads them.
 */
import { createHash } from 'node:crypto';

const MAX_PART = 96;

export interface StagingOwner {
  readonly runId: string;
  readonly pid: number;
  /** Of the sink. */
  readonly tag: string;
}

export function stagingName(file: string, { runId, pid, tag }: StagingOwner, subtask: number | 'merged'): string {
  return `.${shortName(file)}.etl-${shortName(runId)}-${pid}-${tag}-${subtask}.tmp`;
}

export interface StagingFile {
  readonly file: string;
  readonly run: string;
  readonly pid: number;
  readonly tag: string;
  readonly subtask: string;
}

/** The parts of such a name, `file` and `run` in their short form; null for any other name. */
export function parseStagingName(name: string): StagingFile | null {
  const parts = /^\.(.+)\.etl-(.+)-(\d+)-([0-9a-f]{8})-(\d+|merged)\.tmp$/.exec(name);
  return parts === null
    ? null
    : { file: parts[1], run: parts[2], pid: Number(parts[3]), tag: parts[4], subtask: parts[5] };
}

/** A name short enough to be a part of another one. */
export function shortName(name: string): string {
  if (Buffer.byteLength(name) <= MAX_PART) return name;
  const head = Buffer.from(name)
    .subarray(0, 60)
    .toString()
    .replace(/\ufffd+$/, '');
  return `${head}~${createHash('sha1').update(name).digest('hex').slice(0, 16)}`;
}
