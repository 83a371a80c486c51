/**
 * The first rows of a result as an aligned table, no wider than the terminal.
 *
 *      id │ name    │ note
 *     ────┼─────────┼──────
 *       1 │ 名字 1  │ NULL
 *     1 of 1,440,000 rows
 *
 * Too wide: the widest columns are cut first, down to 8; then columns of the middle are left out, and the last line says so.
 */
import { formatCount } from '../../config/units.js';
import { padEnd, padStart, textWidth, truncate } from '../../text/text-width.js';
import { printable } from '../../text/printable.js';
import type { TableParams } from './sink-params.js';

const NARROWEST = 8;
const GAP = 3;
const LEFT_OUT = '…';

interface Column {
  readonly name: string;
  readonly alignRight: boolean;
  readonly cells: readonly string[];
  readonly width: number;
}

/** `total`: rows there were, of which `rows` are the first. */
export function renderTable(
  { names, alignRight, columns: width, isAscii }: Pick<TableParams, 'names' | 'alignRight' | 'columns' | 'isAscii'>,
  rows: readonly (readonly string[])[],
  total: number,
): string {
  const all = names.map((name, i): Column => {
    const cells = rows.map((row) => row[i]!);
    const shown = printable(name);
    return { name: shown, alignRight: alignRight[i]!, cells, width: Math.max(1, ...[shown, ...cells].map(textWidth)) };
  });
  const fitted = width === null ? all : fit(all, width);
  const line = (cells: readonly string[]): string =>
    ` ${cells.map((cell, i) => align(cell, fitted[i]!)).join(' │ ')}`.trimEnd();
  const lines = [
    line(fitted.map(({ name }) => name)),
    `─${fitted.map((column) => '─'.repeat(column.width)).join('─┼─')}─`,
    ...rows.map((_, row) => line(fitted.map(({ cells }) => cells[row]!))),
    footer(rows.length, total, all.length, fitted.filter(({ name }) => name !== LEFT_OUT).length),
  ];
  const text = `${lines.join('\n')}\n`;
  return isAscii ? text.replace(/[│─┼…]/g, (sign) => ascii[sign]!) : text;
}

const ascii: Readonly<Record<string, string>> = { '│': '|', '─': '-', '┼': '+', '…': '~' };

function align(cell: string, { alignRight, width }: Column): string {
  const cut = truncate(cell, width);
  return alignRight ? padStart(cut, width) : padEnd(cut, width);
}

function fit(columns: readonly Column[], width: number): Column[] {
  const kept = [...columns];
  while (kept.length > 2 && widthOf(kept.map((column) => Math.min(column.width, NARROWEST))) > width) {
    const middle = kept.findIndex(({ name }) => name === LEFT_OUT);
    if (middle >= 0) kept.splice(middle > kept.length - 1 - middle ? middle - 1 : middle + 1, 1);
    else kept.splice(Math.floor(kept.length / 2), 1, leftOut(columns[0]!.cells.length));
    if (kept.length === 2 && kept.some(({ name }) => name === LEFT_OUT)) break;
  }
  const widths = kept.map((column) => column.width);
  while (widthOf(widths) > width) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 1) break;
    widths[widest]!--;
  }
  return kept.map((column, i) => ({ ...column, width: widths[i]! }));
}

function leftOut(rows: number): Column {
  return { name: LEFT_OUT, alignRight: false, cells: Array.from({ length: rows }, () => LEFT_OUT), width: 1 };
}

function widthOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP, -GAP) + 2;
}

function footer(shown: number, total: number, columns: number, shownColumns: number): string {
  const rows = `${shown < total ? `${formatCount(shown)} of ` : ''}${formatCount(total)} row${total === 1 ? '' : 's'}`;
  return shownColumns === columns ? rows : `${rows}, ${shownColumns} of ${columns} columns`;
}
