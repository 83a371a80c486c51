/**
 * What oclif's parser refused, as an error of ours; null for any other error.
 *
 * oclif tells its errors apart by properties and texts only; what is not known here keeps its own text.
 */
import { didYouMeanHint } from '../errors/did-you-mean.js';
import { exitCodes } from '../errors/code-entry.js';
import { EtlError } from '../errors/etl-error.js';

interface ParserError extends Error {
  readonly oclif?: { readonly exit?: number };
  /** Missing or unexpected arguments. */
  readonly args?: readonly (string | { readonly name: string })[];
  /** Flags that do not exist, with their dashes. */
  readonly flags?: readonly string[];
}

export function usageError(thrown: unknown, helpCommand: string, flagNames: readonly string[]): EtlError | null {
  if (!(thrown instanceof Error) || thrown instanceof EtlError) return null;
  const error = thrown as ParserError;
  if (error.oclif?.exit !== exitCodes.usage) return null;
  const help = `${helpCommand} shows what it takes`;
  const [flag] = error.flags ?? [];
  if (flag !== undefined && error.message.startsWith('Nonexistent')) {
    return new EtlError('ETL-1001', `unknown flag ${error.flags!.join(', ')}`, {
      hint:
        didYouMeanHint(
          flag,
          flagNames.map((name) => `--${name}`),
        ) ?? help,
    });
  }
  if (error.args !== undefined && error.message.startsWith('Missing')) {
    return new EtlError(
      'ETL-1001',
      `missing argument ${error.args.map((arg) => (typeof arg === 'string' ? arg : arg.name).toUpperCase()).join(', ')}`,
      { hint: help },
    );
  }
  const message = error.message
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/\n?See more help with --help$/, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
  return new EtlError('ETL-1001', message, { hint: help });
}
