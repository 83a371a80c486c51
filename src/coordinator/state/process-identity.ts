/**
 * Tells a process from a later one with the same pid: by the time it started, of which boot, seen from which pid namespace.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** Null when no such process lives (any more): a zombie is dead. `proc`: where Linux shows its processes. */
export function processIdentity(pid: number, proc = '/proc'): string | null {
  return process.platform === 'linux' ? fromProc(pid, proc) : fromPs(pid);
}

function fromProc(pid: number, proc: string): string | null {
  const stat = textOf(`${proc}/${pid}/stat`);
  if (stat === null) return null;
  // The name, field 2, may hold blanks and parentheses; field 3 is the state, field 22 the start in ticks since boot.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  const boot = textOf(`${proc}/sys/kernel/random/boot_id`)?.trim() ?? '';
  return [boot, namespaceOf(proc), fields[19]].join('/');
}

function namespaceOf(proc: string): string {
  try {
    return readlinkSync(`${proc}/self/ns/pid`);
  } catch {
    return '';
  }
}

function fromPs(pid: number): string | null {
  try {
    const shown = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state, ...start] = shown.split(/\s+/);
    return state === undefined || state === '' || state.startsWith('Z') ? null : start.join(' ');
  } catch {
    return null; // ps exits 1 when there is none
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
