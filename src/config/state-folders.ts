/**
 * Where runs leave what outlives them (their log, their outcome, the lock of their job), best place first:
 * `state.dir`, else `$XDG_STATE_HOME/etl`, else `~/.local/state/etl`; at last a folder of the user's own in the temporary
 * directory, for a cron that has no home it can write to.
 */
import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

export function stateFolders(configured: string | null, env: Readonly<Record<string, string | undefined>>): string[] {
  const own = configured === null ? standard(env) : resolve(configured);
  const last = join(tmpdir(), `etl-${userInfo().uid}`);
  return own === null ? [last] : [own, last];
}

/** The XDG base directory specification: a relative path counts as none. */
function standard(env: Readonly<Record<string, string | undefined>>): string | null {
  const base = [env.XDG_STATE_HOME, join(env.HOME || homedir(), '.local', 'state')];
  const found = base.find((path) => path?.startsWith('/'));
  return found === undefined ? null : join(found, 'etl');
}
