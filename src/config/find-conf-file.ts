/**
 * Which configuration file counts: the one named, else `$ETL_CONF_DIR/etl-conf.yaml`, else the user's
 * `$XDG_CONFIG_HOME/etl/etl-conf.yaml` (`~/.config`), else the one that comes with the program (all of it commented).
 *
 * A file that was named must exist (reading it says so); the others may be absent. Files are never merged.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'etl-conf.yaml';

export function findConfFile(
  named: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  programRoot: string,
): string | undefined {
  if (named !== undefined) return named;
  if (env.ETL_CONF_DIR) return join(env.ETL_CONF_DIR, NAME);
  const home = env.XDG_CONFIG_HOME || (env.HOME ? join(env.HOME, '.config') : '');
  const candidates = [...(home === '' ? [] : [join(home, 'etl', NAME)]), join(programRoot, 'conf', NAME)];
  return candidates.find((file) => existsSync(file));
}
