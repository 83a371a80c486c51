import { expect, test } from 'vitest';
import { sameType, typeName } from '../../src/columnar/data-type.js';
import { typeFromName } from '../../src/expr/type-from-name.js';
import { testDatabase } from '../support/test-database.js';

const database = await testDatabase();

const names = [
  ...[
    'boolean',
    'bool',
    'smallint',
    'int2',
    'integer',
    'int',
    'int4',
    'bigint',
    'int8',
    'real',
    'float4',
    'double precision',
    'float8',
  ],
  ...[
    'float',
    'float(10)',
    'float(53)',
    'numeric',
    'decimal',
    'dec(5)',
    'numeric(10,2)',
    'numeric( 38 , 0 )',
    'text',
    'varchar',
    'varchar(10)',
  ],
  ...[
    'character varying(3)',
    'char varying(2)',
    'json',
    'jsonb',
    'uuid',
    'bytea',
    'date',
    'time',
    'time without time zone',
    'timestamp',
  ],
  ...[
    'timestamp without time zone',
    'timestamptz',
    'timestamp with time zone',
    'timestamp(6) with time zone',
    'interval',
    'text[]',
    'INTEGER[]',
  ],
];

test("names and aliases mean the server's types", async () => {
  for (const name of names) {
    const [[formatted]] = await database.query(`SELECT pg_typeof(NULL::${name})::text`);
    const type = typeFromName(name);
    const canonical = typeFromName(formatted!);
    expect(type, name).not.toBeNull();
    expect(
      canonical?.kind === type!.kind || (canonical?.kind === 'numeric' && type!.kind === 'decimal'),
      `${name} is ${formatted}`,
    ).toBe(true);
  }
});

test('the name of a type is read as that type again', () => {
  for (const name of names)
    expect(sameType(typeFromName(typeName(typeFromName(name)!))!, typeFromName(name)!), name).toBe(true);
});

test('what we do not compute with has no type', () => {
  for (const name of [
    '',
    'inet',
    'mood',
    'int[][]',
    'numeric(0)',
    'numeric(1001)',
    'varchar(0)',
    'float(54)',
    'constructor',
    '__proto__',
    'timestamp(7)',
  ])
    expect(typeFromName(name), name).toBeNull();
  expect(typeFromName('numeric(39,2)')).toEqual({ kind: 'numeric' });
  expect(typeFromName('numeric(5,-2)')).toEqual({ kind: 'numeric' });
});
