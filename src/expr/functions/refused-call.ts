/** A call that PostgreSQL takes and we do not: thrown when the job is planned, by result rules and `bind`, with the reason. */
export class RefusedCall extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
