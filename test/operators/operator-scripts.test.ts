/**
 * Operators as job steps: rows in, rows out, the same in every mode. A script's `table` gives a table, `run` a job over it.
 *
 *     > table t: a integer, b text          one row a line, cells by |, ∅ for NULL
 *     > database                            an SQLite file by SQL; jobs call it ${DATABASE}
 *     > run [ordered] [spills]              prints the rows of each sink, sorted unless `ordered`
 *
 * `ordered`: the order of the rows is the result. `spills`: the mode force-spill must have written to disk.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { Field } from '../../src/columnar/batch.js';
import { loadDriver } from '../../src/connectors/sqlite/load-driver.js';
import { typeFromName } from '../../src/expr/type-from-name.js';
import { goldenSessions } from '../support/golden.js';
import { modes, runRows } from '../support/engine/run-plan.js';
import type { TestTable, TextRow } from '../support/engine/rows-connector.js';

goldenSessions('test/operators/scripts', () => {
  const tables: Record<string, TestTable> = {};
  const directory = mkdtempSync(path.join(tmpdir(), 'etl-operators-'));
  const file = path.join(directory, 'database.db');
  return {
    close: () => rmSync(directory, { recursive: true }),
    run: async (command, args, input) => {
      if (command === 'table') {
        const [name, ...columns] = args.join(' ').split(/: |, /u) as [string, ...string[]];
        tables[name] = parseTable(columns, input);
        return `${tables[name].rows.length} rows`;
      }
      if (command === 'database') {
        const database = new (await loadDriver())(file);
        database.exec(input);
        database.close();
        return 'made';
      }
      if (command !== 'run') throw new Error(`no command ${command}`);
      return runInAllModes(input, tables, args, { DATABASE: file });
    },
  };
});

async function runInAllModes(
  job: string,
  tables: Record<string, TestTable>,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  let first: string | null = null;
  for (const [name, mode] of Object.entries(modes)) {
    const { sinks, spilledBytes } = await runRows(job, tables, mode, env);
    const text = Object.entries(sinks)
      .map(([id, rows]) => [`${id}:`, ...renderRows(rows, args.includes('ordered'))].join('\n'))
      .join('\n');
    first ??= text;
    expect(text, `mode ${name}`).toBe(first);
    if (args.includes('spills') && name === 'force-spill') expect(spilledBytes).toBeGreaterThan(0);
  }
  return first!;
}

function renderRows(rows: readonly TextRow[], ordered: boolean): string[] {
  const lines = rows.map((row) => row.map((cell) => cell ?? '∅').join(' | '));
  return ordered ? lines : lines.sort();
}

function parseTable(columns: readonly string[], input: string): TestTable {
  const fields = columns.map((text): Field => {
    const [, name, type, mark] = /^(\w+) (.*?)(!?)$/u.exec(text)!;
    return { name: name!, type: typeFromName(type!)!, nullable: mark === '' };
  });
  const lines = input === '' ? [] : input.split('\n');
  const rows = lines.map((line) => line.split('|').map((cell) => (cell.trim() === '∅' ? null : cell.trim())));
  return { schema: { fields }, rows };
}
