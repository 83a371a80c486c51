/** Several job files checked, all their problems together, in the format asked for. */
import { exitCodes, type ErrorKind } from '../errors/code-entry.js';
import { toEtlError, type EtlError } from '../errors/etl-error.js';
import { EtlErrors, problemsOf } from '../errors/etl-errors.js';
import { renderDiagnosticCount, renderDiagnostics, type Diagnostic } from './render/diagnostics.js';
import { jsonText } from './render/json-text.js';
import { renderGithubDiagnostics, sarifOf } from './render/machine-diagnostics.js';
import { painter, type Terminal } from './terminal.js';

export type CheckFormat = 'text' | 'json' | 'sarif' | 'github';

export interface CheckedFiles {
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** That of the first problem that is not of a file itself (a bug, say), else of the first one. */
  readonly exitCode: number;
}

/** @param check resolves with the warnings of a file, or rejects with its problems */
export async function checkFiles(
  files: readonly string[],
  check: (file: string) => Promise<readonly EtlError[]>,
): Promise<CheckedFiles> {
  const diagnostics: Diagnostic[] = [];
  const kinds: ErrorKind[] = [];
  for (const file of files) {
    try {
      diagnostics.push(...(await check(file)).map((warning) => diagnostic('warning', warning, file)));
    } catch (thrown) {
      const error = toEtlError(thrown);
      kinds.push(error.kind);
      diagnostics.push(...problemsOf(error).map((problem) => diagnostic('error', problem, file)));
      if (error instanceof EtlErrors)
        diagnostics.push(...error.warnings.map((warning) => diagnostic('warning', warning, file)));
    }
  }
  const kind = kinds.find((one) => one !== 'invalid-spec') ?? kinds[0];
  return { files, diagnostics, exitCode: kind === undefined ? exitCodes.ok : exitCodes[kind] };
}

export function renderChecked(
  { files, diagnostics }: CheckedFiles,
  format: CheckFormat,
  version: string,
  terminal: Terminal,
): string {
  switch (format) {
    case 'text':
      return (
        renderDiagnostics(diagnostics, { width: terminal.columns, paint: painter(terminal) }) +
        renderDiagnosticCount(diagnostics, files.length)
      );
    case 'github':
      return renderGithubDiagnostics(diagnostics);
    case 'sarif':
      return `${jsonText(sarifOf(diagnostics, version), 2)}\n`;
    case 'json': {
      const problems = diagnostics.map(({ severity, problem }) => ({ severity, ...problem }));
      const errors = problems.filter(({ severity }) => severity === 'error').length;
      return `${jsonText({ files, errors, warnings: problems.length - errors, problems }, 2)}\n`;
    }
    default:
      return format satisfies never;
  }
}

function diagnostic(severity: Diagnostic['severity'], error: EtlError, file: string): Diagnostic {
  const problem = error.toJSON();
  return { severity, problem: problem.at?.file === undefined ? { ...problem, at: { ...problem.at, file } } : problem };
}
