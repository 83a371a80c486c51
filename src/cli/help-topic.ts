/** Texts of `etl help TOPIC` that are no command: exit codes, error codes, settings. Null when there is no such topic. */
import { envName } from '../config/env-name.js';
import { loadSettings, type SettingsInput } from '../config/load-settings.js';
import { settingKeys, settingsTable, type SettingKey } from '../config/settings.js';
import { exitCodes, type ExitName } from '../errors/code-entry.js';
import { didYouMeanHint } from '../errors/did-you-mean.js';
import { EtlError } from '../errors/etl-error.js';
import { registry, type ErrorCode } from '../errors/registry.js';
import { padEnd, wrapText } from '../text/text-width.js';

export function helpTopic(topic: string, settings: SettingsInput, width: number): string | null {
  if (topic === 'exit-codes') return exitCodesHelp(width);
  if (topic === 'errors') return errorsHelp(width);
  if (topic === 'settings') return settingsHelp(settings, width);
  const code = topic.toUpperCase();
  if (Object.hasOwn(registry, code)) return errorHelp(code as ErrorCode, width);
  const key = settingKeys.find((candidate) => candidate === topic);
  return key === undefined ? null : settingHelp(key, settings, width);
}

export function noHelp(topic: string, commands: readonly string[]): EtlError {
  const known = [
    ...commands,
    'exit-codes',
    'errors',
    'functions',
    'settings',
    ...Object.keys(registry),
    ...settingKeys,
  ];
  return new EtlError('ETL-1001', `no help on "${topic}"`, {
    hint: didYouMeanHint(topic, known) ?? 'etl help lists commands and topics',
  });
}

const exitMeanings: Readonly<Record<ExitName, readonly [meaning: string, cron: string]>> = {
  ok: ['complete, balanced, rejects within limits', ''],
  failed: ['a job failed for a reason not below', 'alert'],
  usage: ['bad flag, argument or setting', 'alert'],
  'invalid-spec': ['the job file or plan was rejected', 'alert'],
  auth: ['credentials refused', 'alert'],
  rejects: ['complete, but rows were rejected and --fail-on-rejects', 'alert'],
  verify: ['the sink differs from the source', 'alert'],
  data: ['reject limit exceeded, assertion failed', 'alert'],
  'schema-drift': ['the source changed since the plan', 'alert'],
  unavailable: ['source or sink gone longer than its budget', 'retry later'],
  internal: ['a bug of etl; counters do not balance', 'alert'],
  os: ['fork, descriptors, memory does not fit', 'retry later'],
  'disk-full': ['no space for spill or state', 'alert'],
  corrupt: ['unreadable or corrupt state or spill', 'alert'],
  busy: ['another run of this job is active', 'ignore'],
  'state-version': ['state of an incompatible version', 'alert'],
  cancelled: ['cancelled by SIGINT', ''],
  terminated: ['cancelled by SIGTERM or SIGHUP', ''],
};

function exitCodesHelp(width: number): string {
  const rows = (Object.entries(exitCodes) as [ExitName, number][]).map(([name, code]) => {
    const [meaning, cron] = exitMeanings[name];
    return described(
      `${String(code).padStart(3)}  ${name.padEnd(13)}  `,
      cron === '' ? meaning : `${meaning} (cron: ${cron})`,
      width,
    );
  });
  return `The exit code of every command, with and without --json:\n\n${rows.join('\n')}\n`;
}

function errorsHelp(width: number): string {
  const codes = (Object.keys(registry) as ErrorCode[]).sort();
  const rows = codes.map((code) => described(`${code}  `, registry[code].meaning, width));
  return `${rows.join('\n')}\n\netl help ETL-2041 says more of one code.\n`;
}

function errorHelp(code: ErrorCode, width: number): string {
  const { kind, meaning, hint, transient } = registry[code];
  const lines = [
    `${code}: ${meaning}`,
    '',
    `exit   ${exitCodes[kind]} (${kind}): ${exitMeanings[kind][0]}`,
    ...(hint === undefined ? [] : [described('next   ', hint, width)]),
    `retry  ${transient === true ? 'etl repeats the attempt by itself (restart-strategy.type)' : 'not by itself: something must change first'}`,
  ];
  return `${lines.join('\n')}\n`;
}

function settingsHelp(input: SettingsInput, width: number): string {
  const { settings, origins } = loadSettings(input);
  const nameWidth = Math.max(...settingKeys.map((key) => key.length)) + 2;
  const rows = settingKeys.map((key) => {
    const isDefault = origins[key].layer === 'default';
    const value = isDefault ? (settingsTable[key].defaultText ?? 'not set') : shown(settings[key]);
    return described(padEnd(key, nameWidth), isDefault ? value : `${value}   (${origins[key].name})`, width);
  });
  return [
    'default < configuration file < environment < -D key=value < flag',
    '',
    ...rows,
    '',
    'etl help KEY says more of one setting; conf/etl-conf.yaml lists them all.',
    '',
  ].join('\n');
}

function settingHelp(key: SettingKey, input: SettingsInput, width: number): string {
  const { settings, origins } = loadSettings(input);
  const { doc, defaultText, type, choices, aliases } = settingsTable[key];
  const lines = [
    key,
    '',
    ...wrapText(doc, width),
    '',
    `type         ${type}${choices.length > 0 ? ` (${choices.join(', ')})` : ''}`,
    `default      ${defaultText ?? 'not set'}`,
    `now          ${origins[key].layer === 'default' ? 'the default' : `${shown(settings[key])}, set by ${origins[key].name}`}`,
    `environment  ${envName(key)}`,
    ...(aliases.length > 0 ? [`old names    ${aliases.join(', ')}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function shown(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** Text behind a label, its further lines below its first. */
function described(label: string, text: string, width: number): string {
  const lines = wrapText(text, Math.max(20, width - label.length));
  return lines.map((line, index) => (index === 0 ? label : ' '.repeat(label.length)) + line).join('\n');
}
