/**
 * Ends a CI run with `N passed, N failed`: the tests by vitest's own count, and each further check as one.
 *
 *     node scripts/count-results.mjs results.json tests=0 types=0 lint=1
 *
 * A test run that ended badly without a failed test (a file that does not load, no results at all) counts as one failure.
 */
import { readFileSync } from 'node:fs';

const [file, ...checks] = process.argv.slice(2);
const exits = checks.map((check) => check.split('=')).map(([name, code]) => ({ name, isGood: code === '0' }));
const { passed, failed } = countTests(file);
const testsFailed = !exits.find(({ name }) => name === 'tests')?.isGood;
const others = exits.filter(({ name }) => name !== 'tests');
for (const { name } of others.filter(({ isGood }) => !isGood)) process.stdout.write(`FAILED ${name}\n`);

const passes = passed + others.filter(({ isGood }) => isGood).length;
const failures = Math.max(failed, testsFailed ? 1 : 0) + others.filter(({ isGood }) => !isGood).length;
process.stdout.write(`${passes} passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;

/** @typedef {{ status: string, assertionResults: { status: string }[] }} FileResult */

/** @param {string} path @returns {{ passed: number, failed: number }} */
function countTests(path) {
  try {
    /** @type {{ numPassedTests: number, numFailedTests: number, testResults: FileResult[] }} */
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'));
    const brokenFiles = testResults.filter(
      (result) => result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'),
    );
    return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
