/**
 * Random regular expressions against PostgreSQL: whether, where and how often they match, and what their captures hold.
 * ETL_EXPR_CASES sets how many, ETL_EXPR_SEED repeats a run; the seed stands in the name of the test.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDatabase } from '../../support/test-database.js';
import { createOracle } from '../oracle.js';
import { crossGrid } from '../functions/cross-grid.js';

const cases = Number(process.env.ETL_EXPR_CASES ?? 100);
const seed = Number(process.env.ETL_EXPR_SEED ?? Math.floor(Math.random() * 2 ** 31));
const BATCH = 100;

const texts = [
  '',
  'a',
  'b',
  'ab',
  'ba',
  'aab',
  'abc',
  'abcabc',
  'aaaa',
  'abba cab',
  'a1 b2',
  'cc\nab\n',
  'aüb',
  'Abü1_',
  'bcbcbca',
];

const quantifier = fc.constantFrom(
  '',
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '{2}',
  '{1,2}',
  '{0,1}',
  '{1,}',
  '*?',
  '+?',
  '??',
  '{1,2}?',
);

/** Sources of patterns; `depth` nested groups. */
const pattern: fc.Arbitrary<string> = fc.letrec<{ branches: string; branch: string; piece: string }>((tie) => ({
  branches: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: tie('branch') },
    { weight: 1, arbitrary: fc.tuple(tie('branch'), tie('branch')).map((parts) => parts.join('|')) },
  ),
  branch: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
  piece: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\d', '\\w', '\\s', 'ü', '[[:alpha:]]'), quantifier)
        .map((parts) => parts.join('')),
    },
    { weight: 1, arbitrary: fc.constantFrom('^', '$', '\\y', '\\m', '\\M', '\\Y') },
    { weight: 3, arbitrary: fc.tuple(tie('branches'), quantifier).map(([inner, times]) => `(${inner})${times}`) },
    { weight: 1, arbitrary: fc.tuple(tie('branches'), quantifier).map(([inner, times]) => `(?:${inner})${times}`) },
  ),
})).branches;

const oracle = await createOracle(await testDatabase(), crossGrid({ t: ['text', ...texts] }));

test(`random patterns, seed ${seed}`, { timeout: 30_000 + cases * 200 }, async () => {
  const expressions = fc
    .sample(pattern, { numRuns: cases, seed })
    .flatMap((source) => [
      `t ~ '${source}'`,
      `t ~* '(?n)${source}'`,
      `regexp_replace(t, '${source}', '<\\&:\\1:\\2:\\3>', 'g')`,
      `substring(t FROM '${source}')`,
      `regexp_count(t, '${source}')`,
    ]);
  const found: string[] = [];
  for (let from = 0; from < expressions.length && found.length < 100; from += BATCH)
    found.push(...(await oracle.compare(expressions.slice(from, from + BATCH))).filter((line) => !isOnPurpose(line)));
  expect(found).toEqual([]);
});

/** Wrong on both sides, or refused by ours. */
function isOnPurpose(line: string): boolean {
  return /: type ETL-3003 (?:invalid regular expression.*, PostgreSQL |regular expressions with .* are not supported)/.test(
    line,
  );
}
