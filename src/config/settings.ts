/**
 * Every setting, once. The type `Settings`, the defaults, the configuration file and `etl help settings` come from this table.
 *
 * A `Settings` is plain JSON, complete (each key has a value, null where a setting is not set) and crosses processes as it is.
 */
import { defaultValue, type Setting } from './setting.js';
import { debug } from './tables/debug.js';
import { execution } from './tables/execution.js';
import { jobManagerMemory } from './tables/jobmanager-memory.js';
import { taskManagerMemory } from './tables/taskmanager-memory.js';

const table = { ...execution, ...taskManagerMemory, ...jobManagerMemory, ...debug };

export type SettingKey = keyof typeof table;

export type Settings = {
  readonly [Key in SettingKey]: (typeof table)[Key] extends Setting<infer Value> ? Value : never;
};

export const settingsTable: Readonly<Record<SettingKey, Setting>> = table;

export const settingKeys = Object.keys(table) as readonly SettingKey[];

export const defaultSettings: Settings = Object.freeze(
  Object.fromEntries(settingKeys.map((key) => [key, defaultValue(settingsTable[key])])),
) as Settings;
