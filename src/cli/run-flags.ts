/** Flags that `run`, `preview` and `explain` share, and what they say as a request to the engine. */
import { Flags } from '@oclif/core';
import type { SettingsInput } from '../config/load-settings.js';
import { asciiFlag, jsonFlag, paramFlag, settingFlags } from './base-command.js';
import { parseCountFlag, parseParams, parseTime } from './parse-flags.js';

export const jobFlags = {
  parallelism: Flags.string({ char: 'p', helpValue: 'N', summary: 'Slots that work at the same time.' }),
  at: Flags.string({ helpValue: 'TIME', summary: 'Logical time of the run: expiries and now() count from here.' }),
  ...paramFlag,
  ...settingFlags,
  ...jsonFlag,
  ...asciiFlag,
};

interface GivenJobFlags {
  readonly parallelism?: string;
  readonly at?: string;
  readonly param?: readonly string[];
}

export function jobRequest(
  file: string,
  flags: GivenJobFlags,
  settings: SettingsInput,
  env: Readonly<Record<string, string | undefined>>,
) {
  return {
    file,
    params: parseParams(flags.param),
    env,
    settings,
    parallelism: parseCountFlag('-p', flags.parallelism, 1),
    logicalTimeMs: parseTime(flags.at, Date.now),
  };
}
