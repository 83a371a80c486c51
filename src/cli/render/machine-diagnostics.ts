/** Problems for programs: SARIF 2.1.0 (code scanning), and the workflow commands that GitHub shows beside a change. */
import { registry } from '../../errors/registry.js';
import type { Diagnostic } from './diagnostics.js';

export function sarifOf(diagnostics: readonly Diagnostic[], version: string): object {
  const codes = [...new Set(diagnostics.map(({ problem }) => problem.code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'etl',
            version,
            rules: codes.map((id) => ({ id, shortDescription: { text: registry[id].meaning } })),
          },
        },
        results: diagnostics.map(({ severity, problem: { code, message, hint, at } }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: severity,
          message: { text: hint === undefined ? message : `${message}. ${hint}` },
          ...(at?.file !== undefined && {
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: encodeURI(at.file) },
                  ...(at.line !== undefined && {
                    region: {
                      startLine: at.line,
                      startColumn: at.column ?? 1,
                      ...(at.length !== undefined && { endColumn: (at.column ?? 1) + at.length }),
                    },
                  }),
                },
              },
            ],
          }),
        })),
      },
    ],
  };
}

/** One `::error …::` line a problem. */
export function renderGithubDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ severity, problem: { code, message, hint, at } }) => {
      const properties = Object.entries({ file: at?.file, line: at?.line, col: at?.column, title: code })
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
      return `::${severity} ${properties.join(',')}::${escapeData(hint === undefined ? message : `${message}\n${hint}`)}\n`;
    })
    .join('');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
