/** The runner of golden scripts, on scripts in a string. */
import { expect, test } from 'vitest';
import { EtlError } from '../../src/errors/etl-error.js';
import { EtlErrors } from '../../src/errors/etl-errors.js';
import { replayScript } from './golden.js';

const echo = (command: string, args: readonly string[], input: string): string => {
  if (command === 'fail') {
    const at = { file: 'job.yaml', line: 3, column: 5, excerpt: 'ab cd ef', length: 2, what: 'step 1' };
    throw new EtlErrors([
      new EtlError('ETL-3002', 'unknown column "cd"', { at, hint: 'did you mean "ce"?' }),
      new EtlError('ETL-3001', 'second'),
    ]);
  }
  return command === 'print' ? input : JSON.stringify([command, ...args]);
};

test('a script that says what its commands print is left as it is', async () => {
  const script = [
    '# Words and input',
    '',
    '> say a "b c" d"e f" "g\\"h"',
    '---',
    '["say","a","b c","de f","g\\"h"]',
    '',
    '# Blank lines and marks in input and output survive.',
    '> print',
    '> marked',
    'one',
    '',
    '  two',
    '---',
  ];
  const text = `${script.join('\n')}\n`;
  const once = await replayScript(text, echo);
  expect(await replayScript(once, echo)).toBe(once);
});

test('output is replaced, comments stay', async () => {
  const text = '# Old output\n\n> print\nnew\n---\nold\n\nold too\n\n# About the next\n> say\n---\n';
  expect(await replayScript(text, echo)).toBe(
    '# Old output\n\n> print\nnew\n---\nnew\n\n# About the next\n> say\n---\n["say"]\n',
  );
});

test('a new command needs no rule and no output', async () => {
  expect(await replayScript('# New\n\n> print\none\n\ntwo\n\n> say\n', echo)).toBe(
    '# New\n\n> print\none\n\ntwo\n---\none\n\ntwo\n\n> say\n---\n["say"]\n',
  );
});

test('output that looks like a command or a comment is marked', async () => {
  expect(await replayScript('# Marks\n\n> print\n \\> x\n---\n', () => '> x\n# y\n\\# z')).toContain(
    '---\n\\> x\n\\# y\n\\\\# z\n',
  );
});

test('errors of ours are output, all of them, with their place', async () => {
  expect(await replayScript('# Errors\n\n> fail\n---\n', echo)).toBe(
    [
      '# Errors',
      '',
      '> fail',
      '---',
      'error ETL-3002 in step 1 at job.yaml:3:5: unknown column "cd"',
      '  | ab cd ef',
      '  |     ^^',
      '  hint: did you mean "ce"?',
      'error ETL-3001: second',
      '',
    ].join('\n'),
  );
});

test('other errors and scripts without intent fail', async () => {
  await expect(
    replayScript('# x\n\n> a\n---\n', () => {
      throw new TypeError('bug');
    }),
  ).rejects.toThrow('bug');
  await expect(replayScript('> a\n---\n', echo)).rejects.toThrow(/intent/u);
});
