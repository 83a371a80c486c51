/** Format and compression of a file: as its block says, else as its name says. */
import { EtlError } from '../../errors/etl-error.js';

export interface FileFormat {
  readonly kind: 'ndjson' | 'csv';
  readonly gzip: boolean;
  /** CSV only; one ASCII character. */
  readonly delimiter: string;
}

interface FormatKeys {
  readonly format?: 'ndjson' | 'csv';
  readonly compression?: 'gzip' | 'none';
  readonly delimiter?: string;
}

/** @throws EtlError `code` where the name tells nothing and the block neither. */
export function formatOf(path: string, keys: FormatKeys, code: 'ETL-4111' | 'ETL-4211', what: string): FileFormat {
  const name = path.toLowerCase();
  const gzip = keys.compression === undefined ? name.endsWith('.gz') : keys.compression === 'gzip';
  const bare = name.endsWith('.gz') ? name.slice(0, -3) : name;
  const tabs = bare.endsWith('.tsv');
  const kind = keys.format ?? (tabs || bare.endsWith('.csv') ? 'csv' : /\.(nd|l)?jsonl?$/.test(bare) ? 'ndjson' : null);
  if (kind === null || (keys.format === undefined && bare.endsWith('.json'))) {
    throw new EtlError(code, `${what}: the name "${path}" does not tell the format`, {
      hint: 'add format: ndjson or format: csv',
    });
  }
  return { kind, gzip, delimiter: keys.delimiter ?? (tabs ? '\t' : ',') };
}
