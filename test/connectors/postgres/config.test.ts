import { randomBytes } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../../src/connectors/connector.js';
import { EtlError } from '../../../src/errors/etl-error.js';
import { classifyError, errorRules } from '../../../src/connectors/postgres/classify-error.js';
import { config, connectionConfig, urlProblem } from '../../../src/connectors/postgres/config.js';
import { connectionOptions, redact } from '../../../src/connectors/postgres/connection-options.js';
import { sessionName } from '../../../src/connectors/postgres/session.js';
import { openCatalog } from './read-all.js';

test.each([
  ['postgres://u:p@h:5432/d', null],
  ['postgresql://h/d?sslmode=verify-full', null],
  ['mysql://h/d', 'must begin with postgres://'],
  ['postgres://u:p@h/d?sslmode=disable', 'an sslmode other than'],
  ['postgres://u:p@h/d?host=/var/run', 'sets "host"'],
  ['postgres://u:p@h/d?options=-c%20default_transaction_read_only%3Doff', 'sets "options"'],
  ['postgres://u:p@h/d?sslmode=require&allowLoadLocalInfile=true', 'sets "allowLoadLocalInfile"'],
  ['postgres://%2Fvar%2Frun/d', 'names a path as its host'],
  ['postgres://u:p%zz@h/d', 'a % in its password'],
  ['postgres://u:p#x@h/d', 'is not a URL'],
  ['not a url', 'is not a URL'],
])('S5 the URL %s', (url, problem) => {
  if (problem === null) expect(urlProblem(url)).toBeNull();
  else expect(urlProblem(url)).toContain(problem);
  expect(connectionConfig.safeParse({ url }).success).toBe(problem === null);
});

test('every key says what it is', () => {
  for (const block of [config.connection!, config.source!]) {
    const { properties } = z.toJSONSchema(block, { target: 'draft-7', io: 'input' });
    for (const [key, property] of Object.entries(properties!))
      expect([key, (property as { description?: string }).description]).toEqual([key, expect.stringMatching(/.{8}/)]);
  }
});

test('S2 no message holds a password, in any encoding', async () => {
  const canary = `CANARY-${randomBytes(6).toString('hex')} %"@/`;
  const url = new URL(inject('postgresUrl'));
  url.password = encodeURIComponent(canary);
  const bad: JsonObject[] = [
    { url: url.href.replace(/:\d+\//, ':1/') },
    { url: url.href.replace('127.0.0.1', 'no-such-host.invalid') },
    { url: `${url.href}_no_such_database` },
    { url: `${url.href}?ssl=0` },
    { url: `${url.href}`, password: canary },
    { host: '127.0.0.1', port: Number(url.port), user: 'postgres', password: canary, sslmode: 'verify-ca' },
    { host: '127.0.0.1', port: Number(url.port), user: 'postgres', password: canary, sslmode: 'require' },
  ];
  for (const connection of bad) {
    const error: unknown = await openCatalog(connection).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EtlError);
    const text = JSON.stringify(error) + String((error as Error).stack);
    for (const secret of [canary, encodeURIComponent(canary), url.password, canary.slice(0, 18)])
      expect(text).not.toContain(secret);
  }
  const options = connectionOptions({ url: url.href }, '/');
  expect(redact(`password ${canary} or ${url.password} or ${JSON.stringify(canary)}`, options.secrets)).toBe(
    'password *** or *** or "***"',
  );
  expect(classifyError(new Error(`connect ${url.href} failed`), { options, doing: 'x' }).message).not.toContain(
    'CANARY',
  );
});

test('keys of a connection', () => {
  const { client, address } = connectionOptions({ url: 'postgres://us%40er:p%2Fw@[::1]:99/my%20db' }, '/');
  expect({ ...client, ssl: undefined, address }).toEqual({
    host: '::1',
    port: 99,
    database: 'my db',
    user: 'us@er',
    password: 'p/w',
    ssl: undefined,
    address: '[::1]:99/my db',
  });
  expect(connectionOptions({ host: '/run/pg', user: 'u' }, '/')).toMatchObject({
    client: { host: '/run/pg', port: 5432, ssl: false },
    mayFallBackToPlain: false,
  });
  expect(() => connectionOptions({ url: 'postgres://h/d', port: 1 }, '/')).toThrow('a url and a port');
  expect(() => connectionOptions({ host: 'h', sslrootcert: 'nope.pem' }, '/nowhere')).toThrow(
    'sslrootcert /nowhere/nope.pem cannot be read',
  );
});

test('the table of errors', () => {
  const options = connectionOptions({ host: 'h' }, '/');
  for (const { match, code } of errorRules) {
    for (const key of match) {
      const thrown = Object.assign(new Error('it failed'), { code: key.length === 2 ? `${key}999` : key });
      const known = errorRules.find((rule) => rule.match.includes(thrown.code))?.code ?? code;
      expect([key, classifyError(thrown, { options, doing: 'reading' }).code]).toEqual([key, known]);
    }
  }
  expect(classifyError(new Error('Connection terminated unexpectedly'), { options, doing: 'reading' }).code).toBe(
    'ETL-4102',
  );
  const noTls = new Error('The server does not support SSL connections');
  expect(classifyError(noTls, { options, doing: 'reading' }).code).toBe('ETL-4104');
  const gone = Object.assign(new Error('invalid snapshot identifier: "1-1"'), { code: '22023' });
  expect(classifyError(gone, { options, doing: 'reading' }).code).toBe('ETL-4106');
});

test('a session name fits PostgreSQL and keeps the split', () => {
  expect(sessionName('etl', 'run-1', 'v1/7.0')).toBe('etl/run-1/v1/7.0');
  const long = sessionName('etl', 'r'.repeat(80), `${'v'.repeat(30)}/123456.3`);
  expect(long).toHaveLength(63);
  expect(long).toMatch(/^etl\/r+\/v+\/123456\.3$/);
  expect(sessionName('etl', 'run', 'v'.repeat(100)).length).toBeLessThanOrEqual(63);
});
