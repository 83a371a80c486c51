/** Everything that a job file shows of itself to be wrong comes in one go, whatever part of it is wrong. */
import { expect, test } from 'vitest';
import { runEtl } from '../support/run-etl.js';

const job = (source: string): string => `name: bad
sources: {t: {type: file, path: t.csv, ${source}schema: {a: bigint}}}
steps:
  - filter: a +
  - select: [uper(a) AS b]
  - select: [lowr(b) AS c]
sinks: {out: {type: print, format: csv}}
`;
const inSteps = ['-:4:16 ETL-3001', '-:5:14 ETL-3004', '-:6:14 ETL-3004'];

test.each([
  ['validate', 'nonsense: 3, ', ['-:2:40 ETL-2041', ...inSteps]],
  ['explain', 'nonsense: 3, ', ['-:2:40 ETL-2041', ...inSteps]],
  ['explain', '', inSteps],
  ['run', '', inSteps],
])('%s with "%s"', async (command, source, expected) => {
  const { code, stdout, stderr } = await runEtl([command, '-'], { input: job(source) });
  const found = [...(stdout + stderr).matchAll(/^(-:\d+:\d+) +error +(ETL-\d+)/gmu)].map(
    (match) => `${match[1]} ${match[2]}`,
  );
  expect(found).toEqual(expected);
  expect(code).toBe(3);
});
