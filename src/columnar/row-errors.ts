/**
 * What went wrong with single rows of a batch.
 *
 * Kernels, parsers and encoders never throw for a row: they note it here, leave NULL in its place and go on.
 * The operator that called them takes the noted rows out of the batch and hands them to its reject policy.
 */
export interface RowError {
  /** Row number into the batch's columns (not into its selection). */
  readonly row: number;
  /** PostgreSQL's condition where there is one: 22012 division by zero, 22003 out of range, 22P02 bad text. */
  readonly sqlState: string;
  readonly message: string;
}

export class RowErrors {
  readonly list: RowError[] = [];

  /** `code`: what they are told as, where it is not an expression that failed. */
  constructor(readonly code: 'ETL-5001' | 'ETL-5006' | 'ETL-5007' = 'ETL-5001') {}

  add(row: number, sqlState: string, message: string): void {
    this.list.push({ row, sqlState, message });
  }

  get size(): number {
    return this.list.length;
  }
}

/** Thrown by code that works on one value; whoever knows the row turns it into a `RowError`. */
export class ValueError extends Error {
  constructor(
    readonly sqlState: string,
    message: string,
  ) {
    super(message);
  }
}
