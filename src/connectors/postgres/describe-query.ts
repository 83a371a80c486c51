/** Asks the server what columns a statement has: parsed and described (so its tables are locked), never executed. */
import type { Connection, Submittable } from 'pg';

/** A column as RowDescription reports it: a domain as its base type. */
export interface ServerColumn {
  readonly name: string;
  readonly oid: number;
  readonly typmod: number;
}

interface RowDescription {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number; readonly dataTypeModifier: number }[];
}

export class DescribeQuery implements Submittable {
  readonly columns: Promise<ServerColumn[]>;
  private found: ServerColumn[] = [];
  private resolve!: (columns: ServerColumn[]) => void;
  private reject!: (error: unknown) => void;

  constructor(private readonly sql: string) {
    this.columns = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.parse({ name: '', text: this.sql, types: [] }, true);
    connection.describe({ type: 'S', name: '' }, true);
    connection.sync();
  }

  handleRowDescription({ fields }: RowDescription): void {
    this.found = fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
      name,
      oid: dataTypeID,
      typmod: dataTypeModifier,
    }));
  }

  handleReadyForQuery(): void {
    this.resolve(this.found);
  }

  handleError(error: unknown): void {
    this.reject(error);
  }
}
