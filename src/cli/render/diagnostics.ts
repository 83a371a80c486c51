/**
 * Problems for a person: place, severity, code, sentence, then the source line with what is meant underlined.
 *
 *     jobs/users.yaml:14:5  error  ETL-2041  unknown field "key_templte" in sink "cache"
 *        14 |     key_templte: "user:{id}"
 *           |     ^^^^^^^^^^^  did you mean "key"?
 */
import type { ErrorData } from '../../errors/etl-error.js';
import type { Paint } from '../terminal.js';
import { printable, printableExcerpt } from '../../text/printable.js';
import { padStart, textWidth, truncate, wrapText } from '../../text/text-width.js';

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly problem: ErrorData;
}

export interface DiagnosticStyle {
  readonly width: number;
  readonly paint: Paint;
}

export function renderDiagnostics(diagnostics: readonly Diagnostic[], style: DiagnosticStyle): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, style)).join('');
}

/** `2 errors, 1 warning in 1 file. Nothing was run.` */
export function renderDiagnosticCount(diagnostics: readonly Diagnostic[], files: number): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = [
    ...(errors > 0 || warnings === 0 ? [plural(errors, 'error')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ];
  return `${counts.join(', ')} in ${plural(files, 'file')}. ${errors > 0 ? 'Nothing was run.' : ''}`.trimEnd() + '\n';
}

function renderDiagnostic({ severity, problem }: Diagnostic, { width, paint }: DiagnosticStyle): string {
  const { at } = problem;
  const place =
    at?.file === undefined
      ? ''
      : `${printable(at.file)}${at.line === undefined ? '' : `:${at.line}:${at.column ?? 1}`}  `;
  const what = at?.what === undefined || problem.message.includes(at.what) ? '' : ` (${printable(at.what)})`;
  const color = severity === 'error' ? 'red' : 'yellow';
  const lines = [`${place}${paint(color, severity)}  ${problem.code}  ${printable(problem.message)}${what}`];
  const hint = problem.hint === undefined ? '' : printable(problem.hint);
  if (at?.excerpt !== undefined && at.line !== undefined) {
    lines.push(...excerptLines(at.excerpt, at.line, at.column ?? 1, at.length ?? 1, hint, width));
  } else if (hint !== '') {
    lines.push(
      ...wrapText(hint, Math.max(20, width - 8)).map((line, index) =>
        index === 0 ? `  hint: ${line}` : `        ${line}`,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

function excerptLines(
  excerpt: string,
  line: number,
  column: number,
  length: number,
  hint: string,
  width: number,
): string[] {
  const gutter = padStart(String(line), 5);
  const room = Math.max(20, width - gutter.length - 3);
  const from = windowStart(column, room);
  const before = printableExcerpt(excerpt.slice(from, column - 1));
  const meant = printableExcerpt(excerpt.slice(column - 1, column - 1 + Math.max(1, length)));
  const shown = `${from > 0 ? '…' : ''}${before}${meant}${printableExcerpt(excerpt.slice(column - 1 + Math.max(1, length)))}`;
  const indent = ' '.repeat(textWidth(before) + (from > 0 ? 1 : 0));
  const carets = '^'.repeat(Math.max(1, Math.min(textWidth(meant), room - indent.length)));
  const lines = [`${gutter} | ${truncate(shown, room)}`];
  const blank = `${' '.repeat(gutter.length)} | `;
  if (textWidth(`${indent}${carets}  ${hint}`) <= room)
    return [...lines, `${blank}${indent}${carets}${hint === '' ? '' : `  ${hint}`}`];
  return [...lines, `${blank}${indent}${carets}`, ...wrapText(hint, room).map((text) => `${blank}${text}`)];
}

/** Where a long line is cut on the left so that the place meant is seen. */
function windowStart(column: number, room: number): number {
  return column - 1 < room * 0.75 ? 0 : column - 1 - Math.floor(room / 2);
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
