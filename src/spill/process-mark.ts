/**
 * A mark that tells a process from a later one with its number: `4711-1b2f0-6d4dd56b`.
 *
 * Where /proc is there, it is the process's start in clock ticks since boot, and the boot. Elsewhere the number alone has
 * to do: a spill directory is then kept as long as any process has it.
 */
import { readFileSync } from 'node:fs';

const UNKNOWN = '0-0';

/** The mark of a running process, or null when there is none of that number. */
export function processMark(pid: number): string | null {
  if (!isRunning(pid)) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may hold anything; the start is field 22, 20 behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not looked yet.
    if (fields[0] === 'Z') return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    return `${pid}-${Number(fields[19]).toString(16)}-${boot}`;
  } catch {
    return isRunning(pid) ? `${pid}-${UNKNOWN}` : null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
