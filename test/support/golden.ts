/**
 * Golden scripts: one text file per behaviour, commands and their expected output together (the form is toydb's).
 *
 *     # The first line says what the script shows.
 *
 *     > command arg "two words"
 *     input lines, as many as needed
 *     ---
 *     what the command printed
 *
 *     # A comment before a command stays where it is.
 *     > command
 *     ---
 *
 * A test replays the commands, writes the file anew in memory and compares it with the file on disk as a whole.
 * `vitest -u` rewrites the files; without it nothing is ever written. An `EtlError` that a command throws is output;
 * anything else fails the test. Output lines that would read as a command or a comment get a backslash in front.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EtlError } from '../../src/errors/etl-error.js';
import { problemsOf } from '../../src/errors/etl-errors.js';

export type RunCommand = (command: string, args: readonly string[], input: string) => string | Promise<string>;

/** What the commands of one script share, made before its first command and closed after its last. */
export interface GoldenSession {
  readonly run: RunCommand;
  readonly close?: () => void | Promise<void>;
}

export interface GoldenBlock {
  /** Comment and blank lines before the command, as they are. */
  readonly before: readonly string[];
  readonly line: string;
  readonly input: readonly string[];
}

export interface GoldenScript {
  readonly intent: string;
  readonly blocks: readonly GoldenBlock[];
}

/** One test for each `*.txt` in `directory` (seen from the root of the project). */
export function goldenScripts(directory: string, run: RunCommand): void {
  goldenSessions(directory, () => ({ run }));
}

/** Like `goldenScripts`, for commands that build on each other: every script has a session of its own. */
export function goldenSessions(directory: string, start: () => GoldenSession | Promise<GoldenSession>): void {
  const folder = resolve(directory);
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  describe(directory, () => {
    test('holds scripts', () => expect(names).not.toEqual([]));
    for (const name of names.sort()) {
      const file = join(folder, name);
      test(basename(name, '.txt'), async () => {
        const session = await start();
        try {
          await expect(await replayScript(readFileSync(file, 'utf8'), session.run)).toMatchFileSnapshot(file);
        } finally {
          await session.close?.();
        }
      });
    }
  });
}

/** The whole text of a script with the output that its commands have now. */
export async function replayScript(text: string, run: RunCommand): Promise<string> {
  const script = parseScript(text);
  const lines = [script.intent];
  for (const block of script.blocks) {
    lines.push(...block.before, `> ${block.line}`, ...block.input, '---');
    const [command, ...args] = splitWords(block.line);
    lines.push(...outputLines(await outputOf(run, command, args, block.input.join('\n'))));
  }
  return `${lines.join('\n')}\n`;
}

export function parseScript(text: string): GoldenScript {
  const lines = text.split('\n');
  const intent = lines[0];
  if (!intent.startsWith('# ')) throw new Error('the first line of a golden script is its intent: "# …"');
  const starts = lines.flatMap((line, index) => (line.startsWith('> ') ? [index] : []));
  const blocks = starts.map((start, index) => {
    const rule = lines.indexOf('---', start);
    const next = starts[index + 1] ?? lines.length;
    const body = rule >= 0 && rule < next ? lines.slice(start + 1, rule) : lines.slice(start + 1, next);
    return {
      before: index === 0 ? lines.slice(1, start) : linesBefore(lines, start),
      line: lines[start].slice(2),
      input: rule >= 0 && rule < next ? body : withoutBlankEnd(body),
    };
  });
  return { intent, blocks };
}

/** The comments that stand right before a command, with one blank line that parts them from the output above. */
function linesBefore(lines: readonly string[], start: number): readonly string[] {
  let from = start;
  while (lines[from - 1].startsWith('# ')) from--;
  return ['', ...lines.slice(from, start)];
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line !== '' && !line.startsWith('# '));
  return lines.slice(0, last + 1);
}

async function outputOf(run: RunCommand, command: string, args: readonly string[], input: string): Promise<string> {
  try {
    return await run(command, args, input);
  } catch (thrown) {
    if (thrown instanceof EtlError) return problemsOf(thrown).map(describeError).join('\n');
    throw thrown;
  }
}

function describeError(error: EtlError): string {
  const { at } = error;
  const place = at?.line === undefined ? '' : ` at ${at.file ?? ''}:${at.line}:${at.column ?? 1}`;
  const lines = [`error ${error.code}${at?.what === undefined ? '' : ` in ${at.what}`}${place}: ${error.message}`];
  if (at?.excerpt !== undefined) {
    lines.push(
      `  | ${at.excerpt}`,
      `  | ${' '.repeat((at.column ?? 1) - 1)}${'^'.repeat(Math.max(1, at.length ?? 1))}`,
    );
  }
  if (error.hint !== undefined) lines.push(`  hint: ${error.hint}`);
  return lines.join('\n');
}

function outputLines(output: string): string[] {
  const lines = output.replace(/\s+$/u, '').split('\n');
  return lines.length === 1 && lines[0] === ''
    ? []
    : lines.map((line) => (/^(?:\\*(?:> |# ))/u.test(line) ? `\\${line.trimEnd()}` : line.trimEnd()));
}

/** Words of a command line; double quotes keep blanks together, `\"` stands for a quote inside them. */
function splitWords(line: string): string[] {
  const words = line.match(/(?:[^\s"]|"(?:[^"\\]|\\.)*")+/gu) ?? [];
  return words.map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"/gu, (_, inner: string) => inner.replace(/\\(.)/gu, '$1')),
  );
}
