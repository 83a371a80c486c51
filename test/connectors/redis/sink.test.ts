import { expect, test } from 'vitest';
import { testRedis } from '../../support/test-redis.js';
import { RUN_MS, batchOf, openSink, schemaOf, writeAll } from './sink-harness.js';

const { url, client } = await testRedis();

const everyType = {
  id: 'int64',
  flag: 'boolean',
  small: 'int16',
  whole: 'int32',
  half: 'float64',
  price: { kind: 'decimal', precision: 20, scale: 4 },
  exact: 'numeric',
  name: 'text',
  doc: 'jsonb',
  uid: 'uuid',
  raw: 'bytea',
  day: 'date',
  clock: 'time',
  moment: 'timestamp',
  zoned: 'timestamptz',
  span: 'interval',
  list: { kind: 'list', element: { kind: 'int32' } },
} as const;

const row1 = [
  '9223372036854775807', 't', '-32768', '2147483647', '0.1', '1234567890123456.7891', '1e-5', 'Zoë "q" \n 日本', '{"a": [1, "é"]}',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x0d0a00ff', '2026-02-28', '23:59:59.5', '2026-01-01 00:00:00.000001', '2026-01-01 00:00:00+00', '1 mon 2 days', '{1,NULL,3}',
]; // prettier-ignore

test('json of every type', async () => {
  const schema = schemaOf(everyType);
  const sink = await writeAll(url, schema, { key: 'j:{id}', ttl: '1h' }, [
    batchOf(schema, [row1, ['7', ...row1.slice(1).map(() => null)]]),
  ]);
  expect(sink.rejected).toEqual([]);
  expect(sink.written).toBe(2);
  const text = await client.get('j:9223372036854775807');
  expect(text).toMatchInlineSnapshot(
    `"{"id":9223372036854775807,"flag":true,"small":-32768,"whole":2147483647,"half":0.1,"price":1234567890123456.7891,"exact":0.00001,"name":"Zoë \\"q\\" \\n 日本","doc":{"a": [1, "é"]},"uid":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","raw":"\\\\x0d0a00ff","day":"2026-02-28","clock":"23:59:59.5","moment":"2026-01-01T00:00:00.000001","zoned":"2026-01-01T00:00:00+00:00","span":"1 mon 2 days","list":[1,null,3]}"`,
  );
  expect(JSON.parse((await client.get('j:7'))!)).toEqual(
    Object.fromEntries(Object.keys(everyType).map((name) => [name, name === 'id' ? 7 : null])),
  );
  expect(await client.pexpiretime('j:7')).toBe(RUN_MS + 3_600_000);
});

test('string, hash and set members of every type; bytea is its bytes', async () => {
  const schema = schemaOf(everyType);
  const batch = batchOf(schema, [row1]);
  await writeAll(url, schema, { key: 'h:{id}', value: { hash: Object.keys(everyType) } }, [batch]);
  const fields = await client.hgetallBuffer('h:9223372036854775807');
  expect(fields.raw).toEqual(Buffer.from([13, 10, 0, 255]));
  const others = Object.entries(fields).filter(([name]) => name !== 'raw');
  expect(Object.fromEntries(others.map(([name, value]) => [name, value.toString()]))).toMatchInlineSnapshot(`
    {
      "clock": "23:59:59.5",
      "day": "2026-02-28",
      "doc": "{"a": [1, "é"]}",
      "exact": "0.00001",
      "flag": "true",
      "half": "0.1",
      "id": "9223372036854775807",
      "list": "{1,NULL,3}",
      "moment": "2026-01-01 00:00:00.000001",
      "name": "Zoë "q" 
     日本",
      "price": "1234567890123456.7891",
      "small": "-32768",
      "span": "1 mon 2 days",
      "uid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
      "whole": "2147483647",
      "zoned": "2026-01-01 00:00:00+00",
    }
  `);
  for (const name of Object.keys(everyType)) {
    await writeAll(url, schema, { key: `s:${name}`, value: { string: name } }, [batch]);
    await writeAll(url, schema, { key: `m:${name}`, value: { set: name } }, [batch]);
    expect(await client.getBuffer(`s:${name}`)).toEqual(fields[name]);
    expect(await client.smembersBuffer(`m:${name}`)).toEqual([fields[name]]);
  }
});

test('keys and values may hold anything (S10)', async () => {
  const schema = schemaOf({ key: 'bytea', value: 'text' });
  const hostile = ['\r\n*3\r\n$3\r\nSET\r\n', '$-1\r\n', '\0', '', 'é\u{1f600}', '\u{feff}x', ' '];
  const rows = hostile.map((text, i) => [`\\x${Buffer.from(text + i).toString('hex')}`, text]);
  rows.push(['\\xff00fe', 'binary key']);
  for (const ttl of [undefined, '1h']) {
    await client.flushdb();
    const sink = await writeAll(url, schema, { key: 'x:{key}', value: { string: 'value' }, ttl }, [
      batchOf(schema, rows),
    ]);
    expect(sink).toMatchObject({ written: rows.length, rejected: [] });
    expect(await client.dbsize()).toBe(rows.length);
    for (const [i, text] of hostile.entries()) expect(await client.get(`x:${text}${i}`)).toBe(text);
    expect(await client.get(Buffer.concat([Buffer.from('x:'), Buffer.from([255, 0, 254])]))).toBe('binary key');
  }
});

test('hash replaces the key and leaves NULL fields out; set and zset add', async () => {
  const schema = schemaOf({ id: 'int32', a: 'text', b: 'text', score: 'float64' });
  const batch = batchOf(schema, [
    ['1', 'x', null, '1.5'],
    ['1', 'y', 'z', '-Infinity'],
    ['2', null, null, 'NaN'],
    ['3', 'n', null, null],
  ]);
  await client.hset('h:1', 'old', 'gone', 'a', 'gone');
  await client.set('h:3', 'not a hash');
  const hashes = await writeAll(url, schema, { key: 'h:{id}', value: { hash: ['a', 'b'] }, ttl: 60 }, [batch]);
  expect(await client.hgetall('h:1')).toEqual({ a: 'y', b: 'z' });
  expect(await client.hgetall('h:3')).toEqual({ a: 'n' });
  expect(await client.pexpiretime('h:1')).toBe(RUN_MS + 60_000);
  expect(hashes.rejected).toEqual(['2 ETL-5201 every field of the hash is NULL, and Redis holds no empty hash']);
  const sorted = await writeAll(
    url,
    schema,
    { key: 'z:{id}', value: { zset: { member: 'a', score: 'score' } }, ttl: '1h' },
    [batch],
  );
  expect(await client.zrange('z:1', 0, -1, 'WITHSCORES')).toEqual(['y', '-inf', 'x', '1.5']);
  expect(sorted.rejected).toEqual([
    '2 ETL-5201 the value is NULL, which Redis cannot hold',
    '3 ETL-5201 the value is NULL, which Redis cannot hold',
  ]);
  const members = await writeAll(url, schema, { key: 'm', value: { set: 'a' } }, [batch]);
  expect((await client.smembers('m')).sort()).toEqual(['n', 'x', 'y']);
  expect(members.written).toBe(3);
});

test('a row with a NULL key or value, or a score that is none, is rejected; a selection is respected', async () => {
  const schema = schemaOf({ id: 'int32', value: 'text', score: 'float64' });
  const rows = [
    ['1', 'a', '1'],
    [null, 'b', '1'],
    ['3', null, '1'],
    ['4', 'd', 'NaN'],
    ['5', 'e', '5'],
  ];
  const strings = await writeAll(url, schema, { key: 'r:{id}', value: { string: 'value' } }, [
    batchOf(schema, rows, Int32Array.of(1, 2, 3)),
  ]);
  expect(strings.rejected).toEqual([
    '1 ETL-5110 the key is NULL',
    '2 ETL-5201 the value is NULL, which Redis cannot hold',
  ]);
  expect(await client.keys('r:*')).toEqual(['r:4']);
  const sorted = await writeAll(url, schema, { key: 'rz', value: { zset: { member: 'id', score: 'score' } } }, [
    batchOf(schema, rows),
  ]);
  expect(sorted.rejected).toEqual([
    '1 ETL-5201 the value is NULL, which Redis cannot hold',
    '3 ETL-5201 the score is NaN, which a sorted set cannot order',
  ]);
});

test.each([
  ['set', { set: 'member' }],
  ['zset', { zset: { member: 'member', score: 'id' } }],
])(
  'a key that holds another type rejects its rows of a %s, not their neighbours, and keeps its own expiry (F52)',
  async (type, value) => {
    const schema = schemaOf({ id: 'int32', member: 'text' });
    const rows = Array.from({ length: 100 }, (_, i) => [String(i), `m${i}`]);
    for (const ttl of [undefined, '1h']) {
      await client.flushdb();
      await client.set('w:0', 'a string');
      await client.set('w:17', 'a string', 'PXAT', RUN_MS + 1);
      await client.hset('w:99', 'a', 'hash');
      const sink = await writeAll(url, schema, { key: 'w:{id}', value, ttl }, [
        batchOf(schema, rows.slice(0, 40)),
        batchOf(schema, rows.slice(40)),
      ]);
      expect(sink.rejected).toEqual(
        [0, 17, 59].map((row) => `${row} ETL-5201 WRONGTYPE Operation against a key holding the wrong kind of value`),
      );
      expect(sink.written).toBe(97);
      const expiries = await Promise.all([0, 17, 99, 18].map((id) => client.pexpiretime(`w:${id}`)));
      expect(expiries).toEqual([-1, RUN_MS + 1, -1, ttl === undefined ? -1 : RUN_MS + 3_600_000]);
      expect(await client.type('w:18')).toBe(type);
    }
  },
);

test('a reject that the policy does not take fails the split', async () => {
  const schema = schemaOf({ id: 'int32' });
  await client.set('f:1', 'a string');
  await expect(
    writeAll(url, schema, { key: 'f:{id}', value: { set: 'id' } }, [batchOf(schema, [['1']])], { failOnReject: true }),
  ).rejects.toThrow('WRONGTYPE');
});

test('ttl by row: seconds, NULL never expires, what is not more than 0 is rejected', async () => {
  const schema = schemaOf({ id: 'int32', ttl: 'numeric', part: { kind: 'decimal', precision: 6, scale: 2 } });
  const rows = [
    ['1', '10', '0.50'],
    ['2', '0.5', '-1.00'],
    ['3', null, null],
    ['4', '0', '0.00'],
    ['5', 'Infinity', '9999.99'],
  ];
  const numeric = await writeAll(url, schema, { key: 't:{id}', ttl: 'ttl' }, [batchOf(schema, rows)]);
  expect(numeric.rejected.map((text) => text.slice(0, 10))).toEqual(['3 ETL-5201', '4 ETL-5201']);
  expect(await client.pexpiretime('t:1')).toBe(RUN_MS + 10_000);
  expect(await client.pexpiretime('t:2')).toBe(RUN_MS + 500);
  expect(await client.pexpiretime('t:3')).toBe(-1);
  const decimal = await writeAll(url, schema, { key: 'u:{id}', value: { set: 'id' }, ttl: 'part' }, [
    batchOf(schema, rows),
  ]);
  expect(decimal.written).toBe(3);
  expect(await client.pexpiretime('u:1')).toBe(RUN_MS + 500);
  expect(await client.pexpiretime('u:3')).toBe(-1);
  expect(await client.pexpiretime('u:5')).toBe(RUN_MS + 9_999_990);
});

test('a NULL lifetime takes away the one that a set has', async () => {
  const schema = schemaOf({ id: 'int32', ttl: 'int32' });
  await client.sadd('p:1', 'old');
  await client.expire('p:1', 1000);
  await writeAll(url, schema, { key: 'p:{id}', value: { set: 'id' }, ttl: 'ttl' }, [batchOf(schema, [['1', null]])]);
  expect(await client.pexpiretime('p:1')).toBe(-1);
});

test('expireAt: timestamps, dates, seconds since 1970; infinity never expires; the past deletes', async () => {
  const schema = schemaOf({ id: 'int32', zoned: 'timestamptz', day: 'date', epoch: 'int64' });
  const at = (column: string): Record<string, unknown> => ({
    key: `e:${column}:{id}`,
    value: { string: 'id' },
    expireAt: column,
  });
  const batch = batchOf(schema, [
    ['1', '2091-05-06 07:08:09.123999+00', '2091-05-06', '3830000000'],
    ['2', 'infinity', 'infinity', null],
    ['3', '1969-01-01 00:00:00+00', '-infinity', '-5'],
  ]);
  for (const column of ['zoned', 'day', 'epoch'])
    expect((await writeAll(url, schema, at(column), [batch])).written).toBe(3);
  expect(await client.pexpiretime('e:zoned:1')).toBe(Date.UTC(2091, 4, 6, 7, 8, 9, 123));
  expect(await client.pexpiretime('e:day:1')).toBe(Date.UTC(2091, 4, 6));
  expect(await client.pexpiretime('e:epoch:1')).toBe(3_830_000_000_000);
  for (const column of ['zoned', 'day', 'epoch']) {
    expect(await client.pexpiretime(`e:${column}:2`)).toBe(-1);
    expect(await client.exists(`e:${column}:3`)).toBe(0);
  }
});

test('jitter stays within its share and is the same for a key every time (F54)', async () => {
  const schema = schemaOf({ id: 'int32' });
  const batch = batchOf(
    schema,
    Array.from({ length: 500 }, (_, i) => [String(i)]),
  );
  const expiries = async (): Promise<number[]> => {
    await writeAll(url, schema, { key: 'jit:{id}', value: { string: 'id' }, ttl: '1000s', ttlJitter: '10%' }, [batch]);
    return Promise.all(Array.from({ length: 500 }, (_, i) => client.pexpiretime(`jit:${i}`)));
  };
  const first = await expiries();
  expect(Math.min(...first)).toBeGreaterThanOrEqual(RUN_MS + 900_000);
  expect(Math.max(...first)).toBeLessThanOrEqual(RUN_MS + 1_100_000);
  expect(new Set(first).size).toBeGreaterThan(450);
  expect(first.filter((ms) => ms > RUN_MS + 1_000_000).length).toBeGreaterThan(150);
  expect(first.filter((ms) => ms < RUN_MS + 1_000_000).length).toBeGreaterThan(150);
  expect(await expiries()).toEqual(first);
});

test('keepTtl leaves the lifetime of a key as it is', async () => {
  const schema = schemaOf({ id: 'int32' });
  await client.set('k:1', 'old', 'PXAT', RUN_MS);
  await client.sadd('ks:1', 'old');
  await client.pexpireat('ks:1', RUN_MS);
  await writeAll(url, schema, { key: 'k:{id}', value: { string: 'id' }, keepTtl: true }, [
    batchOf(schema, [['1'], ['2']]),
  ]);
  await writeAll(url, schema, { key: 'ks:{id}', value: { set: 'id' }, keepTtl: true }, [batchOf(schema, [['1']])]);
  expect(await client.get('k:1')).toBe('1');
  expect([await client.pexpiretime('k:1'), await client.pexpiretime('k:2'), await client.pexpiretime('ks:1')]).toEqual([
    RUN_MS,
    -1,
    RUN_MS,
  ]);
});

test('rows larger than a chunk, and chunks that end between any two rows', async () => {
  const schema = schemaOf({ id: 'int32', body: 'text' });
  const sizes = [2_000_000, 10, 700_000, 400_000, 1_048_000, 1, 3_000_000, 524_000, 524_000, 600, 5];
  const batch = batchOf(
    schema,
    sizes.map((size, i) => [String(i), String.fromCharCode(97 + i).repeat(size)]),
  );
  for (const block of [
    { value: { string: 'body' }, maxInFlight: 1 },
    { value: { hash: ['body'] }, ttl: '1h' },
  ]) {
    await client.flushdb();
    const sink = await writeAll(url, schema, { key: 'big:{id}', ...block }, [batch, batch]);
    expect(sink.written).toBe(2 * sizes.length);
    for (const [i, size] of sizes.entries()) {
      const text = 'hash' in block.value ? await client.hget(`big:${i}`, 'body') : await client.get(`big:${i}`);
      expect(text).toBe(String.fromCharCode(97 + i).repeat(size));
    }
  }
});

test('the last of several rows of one key wins', async () => {
  const schema = schemaOf({ id: 'int32', n: 'int32' });
  const rows = Array.from({ length: 50_000 }, (_, i) => [String(i % 7), String(i)]);
  const batches = Array.from({ length: 10 }, (_, i) => batchOf(schema, rows.slice(i * 5000, (i + 1) * 5000)));
  await writeAll(url, schema, { key: 'last:{id}', value: { string: 'n' } }, batches);
  for (let id = 0; id < 7; id++)
    expect(Number(await client.get(`last:${id}`))).toBe(rows.map(Number).length - 1 - ((49_999 - id) % 7));
});

test('the connection is named after the split that writes', async () => {
  const schema = schemaOf({ id: 'int32' });
  const sink = await openSink(url, schema, { key: 'n:{id}' });
  await sink.writer.beginSplit({ vertex: 'users → redis', split: 3, attempt: 2 });
  expect(await client.client('LIST')).toContain(' name=etl:run:users___redis:3.2 ');
  await sink.writer.endSplit();
  await sink.writer.close();
});

test('a split that was aborted leaves nothing to the next one', async () => {
  const schema = schemaOf({ id: 'int32' });
  const sink = await openSink(url, schema, { key: 'ab:{id}', value: { string: 'id' } });
  const rows = Array.from({ length: 20_000 }, (_, i) => [String(i)]);
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 1 });
  await sink.writer.write(batchOf(schema, rows));
  await sink.writer.write(batchOf(schema, rows));
  await sink.writer.abortSplit();
  sink.written = 0;
  await sink.writer.beginSplit({ vertex: 'v', split: 0, attempt: 2 });
  await sink.writer.write(batchOf(schema, [['1'], ['2']]));
  await sink.writer.endSplit();
  expect(sink.written).toBe(2);
  await sink.writer.close();
});
