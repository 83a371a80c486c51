/** What the parent tells a slot about a file source. JSON-safe; holds no secrets. */
import type { Field } from '../../columnar/batch.js';
import type { DataType } from '../../columnar/data-type.js';

export interface FileSourceParams {
  /** Arrow: file or stream, its bytes tell. */
  readonly kind: 'ndjson' | 'csv' | 'arrow';
  /** Null: by the name of each file. */
  readonly compression: 'gzip' | 'none' | null;
  readonly csv: CsvOptions;
  /** Columns to read, in the order of the schema. `position`: field of a CSV file without header. */
  readonly columns: readonly FileColumn[];
  /** Fields of a record of a CSV file without header. */
  readonly width: number;
  readonly batchRows: number;
}

export interface CsvOptions {
  readonly header: boolean;
  readonly delimiter: string;
  /** '' for none. */
  readonly quote: string;
  readonly nullValue: string;
}

export interface FileColumn {
  readonly name: string;
  readonly type: DataType;
  readonly position: number;
}

export function fieldOf({ name, type }: FileColumn): Field {
  return { name, type, nullable: true };
}

export function isGzip(path: string, compression: 'gzip' | 'none' | null): boolean {
  return compression === null ? path.toLowerCase().endsWith('.gz') : compression === 'gzip';
}
