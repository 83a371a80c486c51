/** Format and compression of a file: as its block says, else as its name says. */
import { EtlError } from '../../errors/etl-error.js';

/** Arrow is an IPC file, with a footer; arrow-stream is what such a file has inside. */
export type FormatKind = 'ndjson' | 'csv' | 'arrow' | 'arrow-stream';

export interface FileFormat {
  readonly kind: FormatKind;
  readonly gzip: boolean;
  /** CSV only; one ASCII character. */
  readonly delimiter: string;
}

interface FormatKeys {
  readonly format?: FormatKind;
  readonly compression?: 'gzip' | 'none';
  readonly delimiter?: string;
}

/** @throws EtlError `code` where the name tells nothing and the block neither, or for Arrow in gzip. */
export function formatOf(path: string, keys: FormatKeys, code: 'ETL-4111' | 'ETL-4211', what: string): FileFormat {
  const name = path.toLowerCase();
  const gzip = keys.compression === undefined ? name.endsWith('.gz') : keys.compression === 'gzip';
  const bare = name.endsWith('.gz') ? name.slice(0, -3) : name;
  const tabs = bare.endsWith('.tsv');
  const kind = keys.format ?? kindOfName(bare);
  if (kind === null || (keys.format === undefined && bare.endsWith('.json'))) {
    throw new EtlError(code, `${what}: the name "${path}" does not tell the format`, {
      hint: 'add format: ndjson, csv or arrow',
    });
  }
  if (gzip && isArrow(kind)) {
    throw new EtlError(code, `${what}: Arrow is not read or written in gzip`, {
      hint: 'leave "compression" and the ending .gz out: readers of Arrow find their way in a file that lies open',
    });
  }
  return { kind, gzip, delimiter: keys.delimiter ?? (tabs ? '\t' : ',') };
}

export function isArrow(kind: FormatKind): boolean {
  return kind === 'arrow' || kind === 'arrow-stream';
}

function kindOfName(name: string): FormatKind | null {
  if (/\.[ct]sv$/.test(name)) return 'csv';
  if (/\.(nd|l)?jsonl?$/.test(name)) return 'ndjson';
  if (/\.(arrow|feather|ipc)$/.test(name)) return 'arrow';
  return name.endsWith('.arrows') ? 'arrow-stream' : null;
}
