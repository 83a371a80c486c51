/**
 * Settings from all layers, later ones winning: default < configuration file < environment < -D < flag.
 *
 * Each value keeps its origin, so that a message or `etl help settings` can say who set it. A key that does not exist is an
 * error with the nearest one that does; in the environment only a near miss is (`ETL_…` variables may belong to jobs).
 */
import { readFileSync } from 'node:fs';
import { didYouMean, didYouMeanHint } from '../errors/did-you-mean.js';
import { EtlError, type ErrorPlace } from '../errors/etl-error.js';
import { envIdentity, envName } from './env-name.js';
import { parseConfText } from './parse-conf-text.js';
import { defaultSettings, settingKeys, settingsTable, type SettingKey, type Settings } from './settings.js';
import { UnreadableValueError } from './units.js';

export type Layer = 'default' | 'file' | 'env' | 'define' | 'flag';

export interface Origin {
  readonly layer: Layer;
  /** As a user would point at it: `conf/etl-conf.yaml:12`, `ETL_STATE_DIR`, `-D state.dir`, `--slots`. */
  readonly name: string;
}

export type Origins = Readonly<Record<SettingKey, Origin>>;

export interface LoadedSettings {
  readonly settings: Settings;
  readonly origins: Origins;
}

export interface SettingsInput {
  /** Path of the configuration file; it must exist. */
  readonly confFile?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `key=value`, as given with -D, in order. */
  readonly defines?: readonly string[];
  /** Values of flags that are settings by another name. */
  readonly flags?: readonly { readonly key: SettingKey; readonly text: string; readonly flag: string }[];
}

/** @throws EtlError ETL-1010 unknown key, ETL-1011 unreadable value, ETL-1012 unreadable file */
export function loadSettings(input: SettingsInput = {}): LoadedSettings {
  const values: Record<string, unknown> = { ...defaultSettings };
  const origins = Object.fromEntries(settingKeys.map((key) => [key, { layer: 'default', name: 'default' } as Origin]));
  for (const given of [
    ...fromFile(input.confFile),
    ...fromEnv(input.env ?? {}),
    ...fromDefines(input.defines ?? []),
    ...fromFlags(input.flags ?? []),
  ]) {
    const key = knownKey(given);
    values[key] = readValue(key, given);
    origins[key] = given.origin;
  }
  return { settings: values as unknown as Settings, origins: origins as Origins };
}

interface Given {
  readonly key: string;
  readonly text: string;
  readonly origin: Origin;
  readonly at?: ErrorPlace;
}

function fromFile(file: string | undefined): Given[] {
  if (file === undefined) return [];
  const text = readConfFile(file);
  const rows = text.split(/\r?\n/);
  return parseConfText(text, file)
    .map(({ key, text: value, line, column }) => ({
      key,
      text: value,
      origin: { layer: 'file' as const, name: `${file}:${line}` },
      at: { file, line, column, excerpt: rows[line - 1], length: key.length },
    }))
    .filter((entry) => entry.text !== ''); // `key:` alone leaves the setting as it is
}

function readConfFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EtlError('ETL-1012', `cannot read the configuration file ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function fromEnv(env: NonNullable<SettingsInput['env']>): Given[] {
  const keysByIdentity = new Map(
    settingKeys.flatMap((key) =>
      [key, ...settingsTable[key].aliases].map((name) => [envIdentity(envName(name)), key] as const),
    ),
  );
  return Object.entries(env).flatMap(([name, text]) => {
    if (!name.startsWith('ETL_') || text === undefined || text === '') return [];
    const key = keysByIdentity.get(envIdentity(name));
    if (key !== undefined) return [{ key, text, origin: { layer: 'env' as const, name } }];
    const meant = didYouMean(name, settingKeys.map(envName));
    if (meant === null || sharedEnds(name, meant) < Math.max(name.length, meant.length) - 2) return [];
    throw new EtlError('ETL-1010', `the environment variable ${name} is no setting`, {
      hint: `did you mean ${meant}?`,
    });
  });
}

/** Letters equal from the front plus letters equal from the back: all but one or two means a slip of the pen. */
function sharedEnds(a: string, b: string): number {
  let head = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return head + tail;
}

function fromDefines(defines: readonly string[]): Given[] {
  return defines.map((define) => {
    const split = define.indexOf('=');
    if (split <= 0)
      throw new EtlError('ETL-1001', `-D ${define} is not of the form key=value`, {
        hint: 'for example: -D taskmanager.memory.process.size=4g',
      });
    const key = define.slice(0, split).trim();
    return { key, text: define.slice(split + 1), origin: { layer: 'define', name: `-D ${key}` } };
  });
}

function fromFlags(flags: NonNullable<SettingsInput['flags']>): Given[] {
  return flags.map(({ key, text, flag }) => ({ key, text, origin: { layer: 'flag', name: flag } }));
}

function knownKey(given: Given): SettingKey {
  const key = settingKeys.find(
    (candidate) => candidate === given.key || settingsTable[candidate].aliases.includes(given.key),
  );
  if (key !== undefined) return key;
  throw new EtlError('ETL-1010', `${given.origin.name}: unknown setting "${given.key}"`, {
    at: given.at,
    hint: didYouMeanHint(given.key, settingKeys) ?? 'etl help settings lists them all',
  });
}

function readValue(key: SettingKey, given: Given): unknown {
  try {
    return settingsTable[key].parse(given.text);
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error;
    throw new EtlError('ETL-1011', `${given.origin.name}: cannot read the value of ${key}: ${error.message}`, {
      at: given.at,
      cause: error,
    });
  }
}
