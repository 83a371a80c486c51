/**
 * From arguments to a command: help, then the command, then whatever went wrong on the way there.
 *
 * The exit code is left in `process.exitCode`; nothing here ends the process.
 */
import { Config } from '@oclif/core';
import { didYouMeanHint } from '../errors/did-you-mean.js';
import { EtlError } from '../errors/etl-error.js';
import { reportError } from './report-error.js';
import { surviveClosedStreams } from './survive-closed-streams.js';
import { terminalOf } from './terminal.js';

/** `root`: directory of package.json. */
export async function runCli(argv: readonly string[], root: string): Promise<void> {
  surviveClosedStreams();
  try {
    const config = await Config.load(root);
    if (argv.length === 0 || wantsHelp(argv)) return await showHelp(argv, config);
    const [id, ...rest] = argv;
    if (!config.commandIDs.includes(id)) throw unknownCommand(id, config.commandIDs);
    await config.runCommand(id, rest);
  } catch (error) {
    const terminal = (stream: NodeJS.WriteStream) => terminalOf(stream, process.env, argv.includes('--ascii'));
    process.exitCode = reportError(error, argv.includes('--json'), terminal(process.stdout), terminal(process.stderr));
  }
}

function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).some((word) => word === '--help' || word === '-h');
}

async function showHelp(argv: readonly string[], config: Config): Promise<void> {
  const [id] = argv;
  if (id !== undefined && !id.startsWith('-') && !config.commandIDs.includes(id))
    throw unknownCommand(id, config.commandIDs);
  const { EtlHelp } = await import('./help.js');
  await new EtlHelp(config).showHelp([...argv]);
}

function unknownCommand(id: string, known: readonly string[]): EtlError {
  const what = id.startsWith('-') ? 'flag' : 'command';
  return new EtlError('ETL-1001', `unknown ${what} "${id}"`, {
    hint: didYouMeanHint(id, known) ?? `commands: ${[...known].sort().join(', ')}`,
  });
}
