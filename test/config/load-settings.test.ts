import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadSettings, type SettingsInput } from '../../src/config/load-settings.js';
import { defaultSettings } from '../../src/config/settings.js';
import { EtlError } from '../../src/errors/etl-error.js';

const dir = mkdtempSync(join(tmpdir(), 'etl-settings-'));
afterAll(() => rmSync(dir, { recursive: true }));

function confFile(text: string): string {
  const file = join(dir, 'etl-conf.yaml');
  writeFileSync(file, text);
  return file;
}

function refused(input: SettingsInput): EtlError {
  try {
    loadSettings(input);
  } catch (error) {
    if (error instanceof EtlError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

test('nothing given: the defaults, and they say so', () => {
  const { settings, origins } = loadSettings();
  expect(settings).toEqual(defaultSettings);
  expect(origins['parallelism.default']).toEqual({ layer: 'default', name: 'default' });
});

test('default < configuration file < environment < -D < flag, and each value knows its origin', () => {
  const key = 'parallelism.default';
  const file = confFile('# mine\nparallelism.default: 2\n');
  const layers: SettingsInput = {
    confFile: file,
    env: { ETL_PARALLELISM_DEFAULT: '3' },
    defines: [`${key}=4`],
    flags: [{ key, text: '5', flag: '--parallelism' }],
  };
  const value = (input: SettingsInput) => {
    const { settings, origins } = loadSettings(input);
    return [settings[key], origins[key].name];
  };
  expect(value(layers)).toEqual([5, '--parallelism']);
  expect(value({ ...layers, flags: [] })).toEqual([4, '-D parallelism.default']);
  expect(value({ ...layers, flags: [], defines: [] })).toEqual([3, 'ETL_PARALLELISM_DEFAULT']);
  expect(value({ confFile: file })).toEqual([2, `${file}:2`]);
});

test('a configuration file may be flat, nested, or both, and values are read as they are written', () => {
  const file = confFile(
    'taskmanager:\n  memory:\n    process.size: 16g\n  numberOfTaskSlots: 4\nio.tmp.dirs: [/a, "/b"]\nstate.dir: 007\nspill.max-bytes:\n',
  );
  expect(loadSettings({ confFile: file }).settings).toMatchObject({
    'taskmanager.memory.process.size': 16 * 1024 ** 3,
    'taskmanager.numberOfTaskSlots': 4,
    'io.tmp.dirs': ['/a', '/b'],
    'state.dir': '007',
  });
});

test('old Flink names are accepted', () => {
  const { settings } = loadSettings({ defines: ['taskmanager.network.memory.max=2g', 'taskmanager.memory.size=1g'] });
  expect(settings['taskmanager.memory.network.max']).toBe(2 * 1024 ** 3);
  expect(settings['taskmanager.memory.managed.size']).toBe(1024 ** 3);
});

describe('what is refused', () => {
  test('an unknown key, with the one that was meant', () => {
    const error = refused({ defines: ['taskmanager.memory.proces.size=4g'] });
    expect(error).toMatchObject({
      code: 'ETL-1010',
      message: '-D taskmanager.memory.proces.size: unknown setting "taskmanager.memory.proces.size"',
      hint: 'did you mean "taskmanager.memory.process.size"?',
    });
  });

  test('an unknown key of a file, with its line', () => {
    const file = confFile('parallelism:\n  default: 2\n  defualt: 3\n');
    expect(refused({ confFile: file })).toMatchObject({
      code: 'ETL-1010',
      at: { line: 3, column: 3, excerpt: '  defualt: 3' },
    });
  });

  test('a slip in the name of an environment variable; other ETL_ variables are somebody else’s', () => {
    expect(refused({ env: { ETL_PARALELISM_DEFAULT: '3' } })).toMatchObject({
      code: 'ETL-1010',
      hint: 'did you mean ETL_PARALLELISM_DEFAULT?',
    });
    expect(loadSettings({ env: { ETL_SOURCE_URL: 'x', ETL_TEST_PG_URL: 'y', ETL_STATE_DIR: '' } }).settings).toEqual(
      defaultSettings,
    );
  });

  test('a value that cannot be read: key, origin, value and expected form', () => {
    expect(refused({ env: { ETL_SOURCE_IDLE_TIMEOUT: '60' } })).toMatchObject({
      code: 'ETL-1011',
      message:
        'ETL_SOURCE_IDLE_TIMEOUT: cannot read the value of source.idle.timeout: "60" is not a duration; write a number and a unit (ms, s, min, h, d), such as 30s or 1h30m',
    });
    expect(refused({ defines: ['parallelism.default=0'] }).message).toContain(
      '"0" is too small; it must be at least 1',
    );
    expect(refused({ defines: ['restart-strategy.type=always'] }).message).toContain('write none or fixed-delay');
    expect(refused({ defines: ['io.tmp.dirs=/a,,/b'] }).message).toContain('the value is empty');
    expect(refused({ defines: ['taskmanager.memory.process.size=1.5g'] }).code).toBe('ETL-1011');
  });

  test('a -D without a value', () => {
    expect(refused({ defines: ['parallelism.default'] }).code).toBe('ETL-1001');
  });

  test.each([
    ['a missing file', null, 'cannot read the configuration file'],
    ['broken YAML', 'a: [1\n', 'etl-conf.yaml'],
    ['a key twice', 'parallelism.default: 1\nparallelism.default: 2\n', 'unique'],
    ['an alias', 'a: &x 1\nb: *x\n', 'aliases are not allowed'],
    ['a tag', 'a: !!js/function x\n', 'tag'],
    ['a list of files', '- a\n- b\n', 'expected lines of the form'],
    ['a map in a list', 'io.tmp.dirs: [{a: 1}]\n', 'is not a word or a list of words'],
  ])('%s', (_, text, message) => {
    const error = refused({ confFile: text === null ? join(dir, 'absent.yaml') : confFile(text) });
    expect(error.code).toBe('ETL-1012');
    expect(error.message).toContain(message);
  });
});
