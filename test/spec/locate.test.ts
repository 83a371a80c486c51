/** `locate` finds the character of an expression in the file, whatever the style of the scalar. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadJob } from '../../src/spec/load-job.js';
import { sampleConnectors } from './sample-connectors.js';

async function load(filter: string, env: Record<string, string> = {}) {
  const text = `name: a\nsources:\n  s: {type: file, path: x}\nsteps:\n  - filter: ${filter}\nsinks:\n  out: {type: print}\n`;
  return loadJob('jobs/job.yaml', { text, env, params: {}, connectors: sampleConnectors });
}

const marked = 'MARK';

test.each([
  ['plain', 'a > MARK'],
  ['plain, folded', 'a > 1\n      AND\n\n      b = MARK'],
  ['single quotes', "'it''s = ''x'' AND MARK'"],
  ['single quotes, folded', "'a\n\n      ''b'' MARK'"],
  ['double quotes', '"a = \\"x\\\\y\\" AND \\u00e9 \\x41 \\U0001F600 MARK"'],
  ['double quotes, folded', '"a \\\n      b\n      c MARK"'],
  ['literal', '|\n      a > 1\n        AND b\n\n      OR MARK'],
  ['literal, stripped', '|-\n      a > 1\n      OR MARK'],
  ['folded', '>\n      a > 1\n      OR MARK'],
  ['folded with blank and deeper lines', '>\n      a > 1\n\n      b\n      OR MARK'],
  ['behind a variable', '"${LONG} + MARK"'],
  ['behind an escaped variable', '"$${LONG} + MARK"'],
  ['behind a default', '"${NONE:-abc} + MARK"'],
])('%s', async (_, filter) => {
  const document = await load(filter, { LONG: 'something much longer than its name' });
  const operator = document.spec.steps[0].operator;
  if (operator.kind !== 'filter') throw new Error('not a filter');
  const place = document.locate(['steps', 0, 'filter'], operator.predicate.indexOf(marked), marked.length);
  expect(place.excerpt!.slice(place.column! - 1, place.column! - 1 + place.length!)).toBe(marked);
});

test('any text in any style: the character at an offset is found, or the whole scalar is named', async () => {
  const styles = ['PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const;
  const unit = fc.constantFrom('a', 'b', ' ', '\n', "'", '"', '\\', ':', '#', 'é', '😀', 'x y z');
  await fc.assert(
    fc.asyncProperty(
      fc.array(unit, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(...styles),
      fc.nat(),
      async (units, style, at) => {
        const written = `x${units.join('')}y`;
        const text = stringify(
          {
            name: 'a',
            sources: { s: { type: 'file', path: 'x' } },
            steps: [{ filter: written }],
            sinks: { out: { type: 'print' } },
          },
          { defaultStringType: style, lineWidth: 20 },
        );
        const document = await loadJob('job.yaml', { text, env: {}, params: {}, connectors: sampleConnectors });
        const { operator } = document.spec.steps[0];
        const filter = operator.kind === 'filter' ? operator.predicate : '';
        const offset = at % filter.length;
        const place = document.locate(['steps', 0, 'filter'], offset, 1);
        const found = text.split('\n')[place.line! - 1][place.column! - 1];
        const whole = document.locate(['steps', 0, 'filter']);
        const isWhole = place.line === whole.line && place.column === whole.column;
        if (/[ab'\\:#é]/.test(filter[offset]) && !isWhole) expect([filter[offset], '\\']).toContain(found);
      },
    ),
    { numRuns: 300 },
  );
});

test('a value that is missing is shown by the block it is missing in', async () => {
  const document = await load('a');
  expect(document.locate(['sinks', 'out', 'key'])).toMatchObject({
    line: 7,
    column: 3,
    excerpt: '  out: {type: print}',
    length: 3,
  });
  expect(document.locate(['nothing', 'at', 'all'])).toMatchObject({ line: 1 });
  expect(document.baseDir).toBe(`${process.cwd()}/jobs`);
});
