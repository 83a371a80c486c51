/** The demos of the README, as a user starts them; the one with servers while its slots are being killed. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 300_000 });

interface Output {
  readonly code: number | null;
  readonly text: string;
}

/** `onText` sees all that was printed so far, each time that there is more. */
function npmRun(script: string, onText: (text: string, pid: number) => void = () => undefined): Promise<Output> {
  const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      onText(text, child.pid!);
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
}

/** The processes below this one that run slots, however deep. */
function slotsBelow(pid: number): number[] {
  return childrenOf(pid).flatMap((child) =>
    readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('slot/main') ? [child] : slotsBelow(child),
  );
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

test('npm run demo shows the summary and the first rows', async () => {
  const { code, text } = await npmRun('demo');
  expect(code, text).toBe(0);
  expect(text).toContain('$ etl run jobs/quickstart.yaml -p 4');
  expect(text).toMatch(/58,400 rows written/);
  expect(text).toMatch(/balance ok/);
  expect(text.match(/^\{"id":\d+,"customer_id":.*\}$/gm)).toHaveLength(5);
});

test('npm run demo:redis has its million keys though slots were killed with SIGKILL in its middle', async () => {
  const killed: number[] = [];
  // The line comes when the first slot is there, the others a moment later.
  const killTwo = (pid: number): void => {
    const slots = slotsBelow(pid);
    if (slots.length < 2) return void setTimeout(killTwo, 5, pid);
    killed.push(...slots.slice(0, 2));
    killed.forEach((slot) => process.kill(slot, 'SIGKILL'));
  };
  let hasBegun = false;
  const { code, text } = await npmRun('demo:redis', (soFar, pid) => {
    if (hasBegun || !/^pg-to-redis · .* · 5 slots$/m.test(soFar)) return;
    hasBegun = true;
    killTwo(pid);
  });
  expect(killed.length, text).toBe(2);
  expect(code, text).toBe(0);
  expect(text).toMatch(/1,000,000 rows written/);
  expect(text).toMatch(/^1,000,000 keys, of which$/m);
  expect(text.match(/^ {2}event:u\d+:\d+ {2}expires in \d+\.\d\d h {2}\{"id":/gm)).toHaveLength(5);
});
