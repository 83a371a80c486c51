/**
 * Several problems found at once (all of a job file's). It is an `EtlError` itself, its code and sentence are those of
 * the first problem, so who knows nothing of lists still says something true.
 *
 * `problems` is never empty; `warnings` stop nothing and are shown beside them.
 */
import { EtlError } from './etl-error.js';

export class EtlErrors extends EtlError {
  readonly problems: readonly EtlError[];
  readonly warnings: readonly EtlError[];

  constructor(problems: readonly EtlError[], warnings: readonly EtlError[] = []) {
    const first = problems.find((problem) => problem.kind === 'invalid-spec') ?? problems[0];
    const rest = problems.length - 1;
    super(first.code, rest === 0 ? first.message : `${first.message} (and ${rest} more)`, {
      hint: first.hint,
      at: first.at,
      sqlState: first.sqlState,
      cause: first.cause,
    });
    this.name = 'EtlErrors';
    this.problems = problems;
    this.warnings = warnings;
  }
}

/** One error or several, as a list. */
export function problemsOf(error: EtlError): readonly EtlError[] {
  return error instanceof EtlErrors ? error.problems : [error];
}
