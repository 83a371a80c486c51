import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCountFlag, parseParams, parseTime } from '../../src/cli/parse-flags.js';
import { endUnstarted, withRejectExit } from '../../src/cli/run-audience.js';
import { cancelOnSignals } from '../../src/cli/signals.js';
import { usageError } from '../../src/cli/usage-error.js';
import { findConfFile } from '../../src/config/find-conf-file.js';
import type { RunEvent } from '../../src/coordinator/events.js';
import { EtlError } from '../../src/errors/etl-error.js';
import { testDirectory } from '../support/run-etl.js';
import { parseEvent } from './run-script.js';

const directory = testDirectory();

describe('--at', () => {
  const now = () => 42;
  test.each([
    ['2026-11-22T03:00:00Z', '2026-11-22T03:00:00.000Z'],
    ['2026-11-22 03:00', '2026-11-22T03:00:00.000Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22T03:00:00.5+05:30', '2026-11-21T21:30:00.500Z'],
    ['2026-11-22T03:00:00-0800', '2026-11-22T11:00:00.000Z'],
  ])('%s is %s', (text, time) => expect(new Date(parseTime(text, now)).toISOString()).toBe(time));

  test('nothing given: now', () => expect(parseTime(undefined, now)).toBe(42));

  test.each(['yesterday', '2026-02-31', '2026-13-01', '2026-11-22T25:00', '1795316621', ''])('%j is refused', (text) =>
    expect(() => parseTime(text, now)).toThrow(EtlError),
  );
});

test('--param and counts', () => {
  expect(parseParams(['a=1', 'b=x=y', 'a=2', 'c='])).toEqual({ a: '2', b: 'x=y', c: '' });
  expect(() => parseParams(['=1'])).toThrow('not of the form name=value');
  expect(parseCountFlag('--limit', '10k', 0)).toBe(10_000);
  expect(parseCountFlag('--limit', undefined, 0)).toBeNull();
});

test('--fail-on-rejects turns a good end with rejected rows into exit 5, and nothing else', () => {
  const end = (line: string) => parseEvent(line) as Extract<RunEvent, { type: 'end' }>;
  const rejected = end('end users read=5 rejected=1 splits=1/1');
  expect(withRejectExit(rejected, true).exit).toEqual({ code: 5, name: 'rejects' });
  expect(withRejectExit(rejected, false).exit.code).toBe(0);
  expect(withRejectExit(end('end users read=5 splits=1/1'), true).exit.code).toBe(0);
  expect(withRejectExit(end('end exit=data users read=5 rejected=1 splits=1/1'), true).exit.code).toBe(65);
});

test('a run that never began still tells its end', () => {
  const heard: RunEvent[] = [];
  const code = endUnstarted(new EtlError('ETL-4104', 'no'), { on: (event) => void heard.push(event) });
  expect(code).toBe(4);
  expect(heard).toMatchObject([{ type: 'end', exit: { code: 4, name: 'auth' }, error: { code: 'ETL-4104' } }]);
});

test('the first signal cancels, the second stops waiting, and listeners go away again', () => {
  const told: string[] = [];
  const before = process.listenerCount('SIGTERM');
  const { cancel, kill, dispose } = cancelOnSignals(
    (message) => told.push(message),
    () => 'half of it is done',
  );
  process.emit('SIGQUIT');
  process.emit('SIGUSR1');
  expect([cancel.aborted, told.splice(0)]).toEqual([false, ['SIGQUIT: half of it is done']]);
  process.emit('SIGTERM');
  expect([cancel.aborted, kill.aborted]).toEqual([true, false]);
  expect(cancel.reason).toEqual({ code: 'ETL-6004', message: 'the run was terminated by SIGTERM' });
  process.emit('SIGINT');
  expect(kill.aborted).toBe(true);
  expect(told).toEqual(['SIGTERM: cancelling; once more to stop at once']);
  dispose();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

test('an error that is not of the parser is left alone', () => {
  expect(usageError(new Error('x'), 'etl help run', [])).toBeNull();
  expect(usageError(new EtlError('ETL-9001', 'x'), 'etl help run', [])).toBeNull();
  expect(usageError('x', 'etl help run', [])).toBeNull();
});

test('the configuration file: the one named, ETL_CONF_DIR, the user’s own, the one of the program, or none', () => {
  const put = (...parts: string[]): string => {
    const file = path.join(directory, ...parts);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
    return file;
  };
  const ofProgram = put('program', 'conf', 'etl-conf.yaml');
  const program = path.join(directory, 'program');
  const env = { HOME: path.join(directory, 'home') };
  expect(findConfFile('any.yaml', env, program)).toBe('any.yaml');
  expect(findConfFile(undefined, { ...env, ETL_CONF_DIR: '/conf' }, program)).toBe('/conf/etl-conf.yaml');
  expect(findConfFile(undefined, env, program)).toBe(ofProgram);
  const ofUser = put('home', '.config', 'etl', 'etl-conf.yaml');
  expect(findConfFile(undefined, env, program)).toBe(ofUser);
  const xdg = put('xdg', 'etl', 'etl-conf.yaml');
  expect(findConfFile(undefined, { ...env, XDG_CONFIG_HOME: path.join(directory, 'xdg') }, program)).toBe(xdg);
  expect(findConfFile(undefined, {}, path.join(directory, 'elsewhere'))).toBeUndefined();
});
