/**
 * What a command that could not do its work leaves behind: diagnostics on stderr, or one JSON object on stdout, and the exit
 * code of the error's kind. The same with and without `--json`.
 */
import { exitCodes, type ExitName } from '../errors/code-entry.js';
import { toEtlError, type ErrorData, type EtlError } from '../errors/etl-error.js';
import { EtlErrors, problemsOf } from '../errors/etl-errors.js';
import { renderDiagnosticCount, renderDiagnostics, type Diagnostic } from './render/diagnostics.js';
import { jsonText } from './render/json-text.js';
import { painter, type Terminal } from './terminal.js';

export interface FailedCommand {
  readonly type: 'error';
  readonly exit: { readonly code: number; readonly name: ExitName };
  readonly error: ErrorData;
  readonly problems: readonly ErrorData[];
  readonly warnings: readonly ErrorData[];
}

export function failedCommand(error: EtlError): FailedCommand {
  return {
    type: 'error',
    exit: { code: exitCodes[error.kind], name: error.kind },
    error: error.toJSON(),
    problems: problemsOf(error).map((problem) => problem.toJSON()),
    warnings: (error instanceof EtlErrors ? error.warnings : []).map((warning) => warning.toJSON()),
  };
}

export function diagnosticsOf(failed: Pick<FailedCommand, 'problems' | 'warnings'>): Diagnostic[] {
  return [
    ...failed.problems.map((problem) => ({ severity: 'error', problem }) as const),
    ...failed.warnings.map((problem) => ({ severity: 'warning', problem }) as const),
  ];
}

/** @returns the exit code */
export function reportError(thrown: unknown, isJson: boolean, stdout: Terminal, stderr: Terminal): number {
  const error = toEtlError(thrown);
  const failed = failedCommand(error);
  if (isJson) {
    stdout.write(`${jsonText(failed)}\n`);
    return failed.exit.code;
  }
  const diagnostics = diagnosticsOf(failed);
  stderr.write(renderDiagnostics(diagnostics, { width: stderr.columns, paint: painter(stderr) }));
  if (diagnostics.length > 1) stderr.write(renderDiagnosticCount(diagnostics, 1));
  if (error.code === 'ETL-9001' && error.cause !== undefined) stderr.write(`${String(error.cause)}\n`);
  return failed.exit.code;
}
