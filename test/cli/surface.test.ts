import { runEtl } from '../support/run-etl.js';
import { goldenScripts } from '../support/golden.js';

// What a user types, and all that is printed: stable API, seen in reviews.
goldenScripts('test/cli/surface', async (command, args) => {
  if (command !== 'etl') throw new Error(`no such command: ${command}`);
  const env = { HOME: '/nonexistent', COLUMNS: '100', OCLIF_COLUMNS: '100', TZ: 'UTC' };
  const { code, stdout, stderr } = await runEtl(args, { env });
  const text = `${stdout}${stderr}${code === 0 ? '' : `exit ${code}`}`;
  return text.replace(/etl\/\S+ \S+ node-v\S+/, 'etl/VERSION').replaceAll(process.cwd(), '/here');
});
