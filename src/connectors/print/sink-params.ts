/** What the parent tells a slot about a print sink. */
export type PrintParams =
  | { readonly format: 'ndjson' | 'csv' }
  /** `{"type":"row","sink":"out","row":{…}}`, beside the other events of the run. */
  | { readonly format: 'events'; readonly sink: string }
  | {
      readonly format: 'table';
      readonly names: readonly string[];
      /** By column: digits stand under digits. */
      readonly alignRight: readonly boolean[];
      /** Most rows shown. */
      readonly rows: number;
      /** Width of the terminal; null: as wide as it gets. */
      readonly columns: number | null;
      readonly isAscii: boolean;
    };

export type TableParams = Extract<PrintParams, { format: 'table' }>;

/** What a split leaves for the table: all its rows counted, the first of them as text. */
export interface TableRows {
  readonly split: number;
  readonly count: number;
  readonly rows: readonly (readonly string[])[];
}
