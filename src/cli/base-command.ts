/**
 * What all commands share: where text goes, where settings come from, and how an error becomes an exit code.
 *
 * oclif 4 forgets the exit code of an error under `--json`, so no command uses its `enableJsonFlag`: `--json` is a flag of
 * ours, and `catch` is the only place that turns an error into output and an exit code.
 */
import { Command, Flags } from '@oclif/core';
import { findConfFile } from '../config/find-conf-file.js';
import type { SettingsInput } from '../config/load-settings.js';
import type { StandardOutput } from '../connectors/connector.js';
import { jsonText } from './render/json-text.js';
import { reportError } from './report-error.js';
import { terminalOf, type Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

/** `multipleNonGreedy`: `-D a=1 job.yaml` must not swallow the job. */
export const settingFlags = {
  define: Flags.string({
    char: 'D',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'key=value',
    summary: 'Set a setting (etl help settings).',
  }),
  conf: Flags.string({ helpValue: 'FILE', summary: 'Configuration file instead of conf/etl-conf.yaml.' }),
};

export const paramFlag = {
  param: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'name=value',
    summary: 'Value of a parameter of the job.',
  }),
};

export const jsonFlag = { json: Flags.boolean({ summary: 'Print JSON.' }) };

export const asciiFlag = { ascii: Flags.boolean({ summary: 'Draw with ASCII only.' }) };

export abstract class BaseCommand extends Command {
  protected get stdout(): Terminal {
    return terminalOf(process.stdout, process.env, this.argv.includes('--ascii'));
  }

  protected get stderr(): Terminal {
    return terminalOf(process.stderr, process.env, this.argv.includes('--ascii'));
  }

  protected get env(): Readonly<Record<string, string | undefined>> {
    return process.env;
  }

  protected settingsOf(flags: { readonly define?: readonly string[]; readonly conf?: string }): SettingsInput {
    return {
      confFile: findConfFile(flags.conf, process.env, this.config.root),
      env: process.env,
      defines: flags.define,
    };
  }

  /** `limit`: rows that were asked for, however many a table shows otherwise. */
  protected outputFor(isJson: boolean, limit: number | null): StandardOutput {
    const { isInteractive, isAscii, columns } = this.stdout;
    const rows = isJson ? 'events' : isInteractive ? 'table' : 'ndjson';
    return { rows, columns: isInteractive ? columns : null, isAscii, limit };
  }

  protected printJson(value: unknown): void {
    this.stdout.write(`${jsonText(value, 2)}\n`);
  }

  protected exitWith(code: number): void {
    if (code !== 0) process.exitCode = code;
  }

  /** Works on the raw arguments: when the parser failed there are no flags. */
  protected get wantsJson(): boolean {
    const end = this.argv.indexOf('--');
    return (end < 0 ? this.argv : this.argv.slice(0, end)).includes('--json');
  }

  override async catch(error: unknown): Promise<void> {
    this.exitWith(reportError(this.describe(error), this.wantsJson, this.stdout, this.stderr));
  }

  /** What the parser refused, in our words. */
  protected describe(error: unknown): unknown {
    return usageError(error, `${this.config.bin} help ${this.id}`, Object.keys(this.ctor.flags)) ?? error;
  }
}
