import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { envIdentity, envName } from '../../src/config/env-name.js';
import { parseConfText } from '../../src/config/parse-conf-text.js';
import { renderConfFile } from '../../src/config/render-conf-file.js';
import { defaultSettings, settingKeys, settingsTable } from '../../src/config/settings.js';

const confFile = new URL('../../conf/etl-conf.yaml', import.meta.url);

test('conf/etl-conf.yaml is what the settings table says', () => {
  if (process.env.UPDATE_GENERATED === '1') writeFileSync(confFile, renderConfFile());
  expect(readFileSync(confFile, 'utf8')).toBe(renderConfFile());
});

test('conf/etl-conf.yaml sets nothing as it stands, and every setting once uncommented', () => {
  const text = renderConfFile();
  expect(parseConfText(text, 'conf/etl-conf.yaml')).toEqual([]);
  const uncommented = text.replace(/^#(?=[a-zA-Z-]+\.[^ ]+:)/gm, '');
  expect(parseConfText(uncommented, 'conf/etl-conf.yaml').map((entry) => entry.key)).toEqual(settingKeys);
});

test('settings survive JSON, and no setting is undefined', () => {
  expect(JSON.parse(JSON.stringify(defaultSettings))).toEqual(defaultSettings);
  expect(Object.keys(defaultSettings)).toEqual([...settingKeys]);
  expect(Object.values(defaultSettings)).not.toContain(undefined);
});

test('defaults are what the design says', () => {
  expect(defaultSettings).toMatchObject({
    'parallelism.default': 1,
    'taskmanager.numberOfTaskSlots': 'auto',
    'taskmanager.memory.process.size': null,
    'taskmanager.memory.network.max': 1024 ** 3,
    'source.idle.timeout': 60_000,
    'sink.outage.budget': 300_000,
    'sink.idle.timeout': 60_000,
    'restart-strategy.type': 'fixed-delay',
    'source.max-row-bytes': 64 * 1024 ** 2,
    'io.tmp.dirs': [],
    'state.dir': null,
  });
});

test('no two settings share an environment variable or an old name', () => {
  const names = settingKeys.flatMap((key) => [key, ...settingsTable[key].aliases]);
  expect(new Set(names.map((name) => envIdentity(envName(name)))).size).toBe(names.length);
  expect(envName('taskmanager.numberOfTaskSlots')).toBe('ETL_TASKMANAGER_NUMBER_OF_TASK_SLOTS');
});

test.each(settingKeys)('%s is documented in whole sentences', (key) => {
  expect(settingsTable[key].doc).toMatch(/^[A-Z].*\.\)?( .*\.)?$/s);
});

test('a flag is true or false, a count has its bounds', () => {
  const { parse: flag } = settingsTable['debug.force-spill'];
  expect([flag('true'), flag(' FALSE ')]).toEqual([true, false]);
  expect(() => flag('yes')).toThrow('"yes" is none of its words; write true or false');
  const { parse: count } = settingsTable['debug.batch-rows'];
  expect([count('1'), count('8192')]).toEqual([1, 8192]);
  expect(() => count('0')).toThrow('"0" is too small; it must be at least 1');
  expect(() => count('8193')).toThrow('"8193" is too large; it must be at most 8,192');
});
