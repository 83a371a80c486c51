/** The guard of every test file finds what is left behind: files that leave something, run under it as all others are. */
import { execFile } from 'node:child_process';
import { beforeAll, expect, inject, test } from 'vitest';

let output: string;

beforeAll(async () => {
  const env = {
    ...process.env,
    NO_COLOR: '1',
    ETL_TEST_PG_URL: inject('postgresUrl'),
    ETL_TEST_REDIS_URL: inject('redisUrl'),
  };
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/fixtures/leaks/vitest.config.ts'];
  output = await new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
});

test.each([
  ['process', /left behind:\n {2}process \d+: sleep 1234\n/],
  ['listener', /left behind:\n {2}1 × TCPServerWrap \(open in the test's own process\)\n/],
  ['temporary-file', /left behind:\n {2}temporary file: etl-leak-\w+\/spill\.arrow\n/],
  ['staged-file', /left behind:\n {2}staged file: \S+\.part-0\.csv\.etl-run-1-0badcafe-0\.tmp\n/],
  ['sessions', /left behind:(?:\n {2}.*)*\n {2}session of PostgreSQL: "forgotten", idle: /],
  ['sessions', /left behind:\n {2}connection to Redis: .* name=forgotten /],
  ['secret', /a secret is in what this printed: etl run \S+job\.yaml\n/],
])('a file that leaves a %s fails, and says so', (name, message) => {
  const reports = output
    .split(/^ FAIL {2}/m)
    .filter((report) => report.startsWith(`test/fixtures/leaks/${name}.leak.ts`));
  expect(reports.join(''), output).toMatch(message);
});

test('a secret is found in each of its spellings', () => {
  expect(output).toMatch(/FAIL .* prints a secret as it is/);
  expect(output).toMatch(/FAIL .* prints a secret in base64/);
});
