/** P19, S3: a hostile file is refused with a code and a place, whatever it tries; nothing but an EtlError ever comes out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { EtlError } from '../../src/errors/etl-error.js';
import { problemsOf } from '../../src/errors/etl-errors.js';
import { loadJob } from '../../src/spec/load-job.js';
import { LARGEST_FILE } from '../../src/spec/read-text.js';
import { runEtl } from '../support/run-etl.js';
import { sampleConnectors } from './sample-connectors.js';

const folder = mkdtempSync(path.join(tmpdir(), 'etl-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, 'job.yaml');

const job = 'name: a\nsources:\n  s: {type: file, path: x}\nsinks:\n  out: {type: print}\n';
const utf8 = new TextEncoder();

function utf16(text: string, littleEndian: boolean, mark: boolean): Uint8Array {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
  return littleEndian ? bytes : bytes.swap16();
}

/** Nine levels of nine aliases each: 9^9 nodes when expanded. */
function aliasBomb(flow: boolean): string {
  const levels = 'abcdefghi'.split('').map((name, i, all) => {
    const items = Array.from({ length: 9 }, () => (i === 0 ? 'lol' : `*${all[i - 1]}`));
    return flow
      ? `${name}: &${name} [${items.join(', ')}]`
      : `${name}: &${name}\n${items.map((item) => `  - ${item}`).join('\n')}`;
  });
  return `${levels.join('\n')}\n`;
}

const attacks: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['larger than 1 MiB', `${job}# ${'x'.repeat(LARGEST_FILE)}`, '6:1048505 ETL-2003'],
  ['alias bomb, flow', aliasBomb(true), '5:24 ETL-2003'],
  ['alias bomb, block', aliasBomb(false), '46:5 ETL-2003'],
  ['an alias to itself', 'a: &a [*a]\n', '1:8 ETL-2003'],
  ['an alias without anchor', `x: *y\n${job}`, '1:4 ETL-2002'],
  ['100,000 levels of [', '['.repeat(100_000), '1:64 ETL-2003'],
  ['100,000 levels of {', '{a: '.repeat(100_000), '1:253 ETL-2003'],
  ['100,000 levels of - ', '- '.repeat(100_000), '1:127 ETL-2003'],
  ['levels of ? ', '? '.repeat(100_000), '1:127 ETL-2003'],
  ['levels by indentation', Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), '64:64 ETL-2003'],
  ['a scalar of 900 KB', `name: ${'x'.repeat(900_000)}\n`, '1:7 ETL-2003'],
  ['a block scalar of 900 KB', `name: |\n${'  xxxxxxxx\n'.repeat(80_000)}`, '2:1 ETL-2003'],
  ['a key of 900 KB', `${'x'.repeat(900_000)}: 1\n`, '1:1 ETL-2003'],
  ['a key of 2 KB', `${'x'.repeat(2000)}: 1\n`, '1:1 ETL-2002'],
  ['an unclosed quote over 900 KB', `name: "${'x\n '.repeat(300_000)}`, '1:7 ETL-2003'],
  ['100,000 keys', Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join('\n'), '4286:8 ETL-2003'],
  ['500,000 empty items', '[' + ','.repeat(500_000), '1:30000 ETL-2003'],
  ['500,000 comments', '#\n'.repeat(500_000), '15001:1 ETL-2003'],
  ['500,000 wrong tokens', ']'.repeat(500_000), '1:1 ETL-2002'],
  ['250,000 documents', '---\n'.repeat(250_000), '2:1 ETL-2005'],
  ['a merge bomb', `b: &b {x: 1}\nname:\n  <<: [*b, *b]\n`, '3:3 ETL-2005'],
  ['the key __proto__', `${job}__proto__: {x: 1}\n`, '6:1 ETL-2005'],
  ['the key "__proto__" inside', 'name: a\nsources:\n  s: {type: file, "__proto__": {x: 1}}\n', '3:19 ETL-2005'],
  ['the key constructor', `${job}constructor: {prototype: {x: 1}}\n`, '6:1 ETL-2005'],
  ['<< with __proto__', `b: &b {__proto__: {x: 1}}\n<<: *b\n`, '1:8 ETL-2005'],
  ['the tag !!js/function', "name: !!js/function 'function(){}'\n", '1:7 ETL-2005'],
  ['the tag !!omap', 'name: !!omap [a: 1]\n', '1:7 ETL-2005'],
  ['the tag !!binary', 'name: !!binary aGVsbG8=\n', '1:7 ETL-2005'],
  ['the tag !!str', 'name: !!str x\n', '1:7 ETL-2005'],
  ['a tag of one letter', 'name: !x y\n', '1:7 ETL-2005'],
  ['a directive', '%TAG !e! tag:evil,2000:\n---\nname: !e!x y\n', '1:1 ETL-2005'],
  ['YAML 1.1', '%YAML 1.1\n---\nname: a\n', '1:1 ETL-2005'],
  ['a duplicate key', `${job}name: b\n`, '6:1 ETL-2006'],
  ['a duplicate key, quoted', 'a: 1\n"a": 2\n', '2:1 ETL-2006'],
  ['a second document', `${job}---\n${job}`, '6:1 ETL-2005'],
  ['a list as a key', '[a]: 1\n', '1:1 ETL-2005'],
  ['a map as a key', '? {a: 1}\n: 1\n', '1:3 ETL-2005'],
  ['a tab as indentation', 'sources:\n\ts: 1\n', '2:1 ETL-2002'],
  ['a lone CR', 'name: a\rsources: 1\n', '1:8 ETL-2004'],
  ['NUL', 'name: a\0b\n', '1:8 ETL-2004'],
  ['ESC', 'name: a\u001b[31mred\n', '1:8 ETL-2004'],
  ['a direction override', 'name: a\u202eb\n', '1:8 ETL-2004'],
  ['a mark in the middle', 'name: a\ufeffb\n', '1:8 ETL-2004'],
  ['UTF-16 LE with mark', utf16(job, true, true), '1:1 ETL-2004'],
  ['UTF-16 BE with mark', utf16(job, false, true), '1:1 ETL-2004'],
  ['UTF-16 LE without mark', utf16(job, true, false), '1:1 ETL-2004'],
  ['UTF-16 BE without mark', utf16(job, false, false), '1:1 ETL-2004'],
  ['UTF-32', new Uint8Array([0xff, 0xfe, 0, 0, 0x6e, 0, 0, 0]), '1:1 ETL-2004'],
  ['Latin-1', Buffer.from('name: caf\u00e9\n', 'latin1'), '1:10 ETL-2004'],
  ['an overlong encoding', new Uint8Array([0x61, 0x3a, 0x20, 0xc0, 0xaf]), '1:4 ETL-2004'],
];

test.each(attacks)('%s', async (_, content, expected) => {
  writeFileSync(file, content);
  const error = await failure(file);
  const at = error.at;
  expect(`${at?.line ?? '-'}:${at?.column ?? '-'} ${error.code}`).toBe(expected);
  expect(at?.file).toBe(file);
  expect((at?.excerpt ?? '').length).toBeLessThan(1000);
  expect(JSON.stringify(problemsOf(error)).length).toBeLessThan(20_000);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test('a byte order mark of UTF-8 and CRLF are fine', async () => {
  writeFileSync(file, utf8.encode(`\ufeff${job.replaceAll('\n', '\r\n')}`));
  const document = await loadJob(file, { env: {}, params: {}, connectors: sampleConnectors });
  expect(document.spec.name).toBe('a');
  expect(document.locate(['sources', 's', 'path'])).toMatchObject({
    line: 3,
    column: 25,
    excerpt: '  s: {type: file, path: x}',
  });
});

test.each([
  ['no such file', path.join(folder, 'nothing.yaml')],
  ['a folder', folder],
  ['a file as a folder', path.join(file, 'x')],
])('%s', async (_, name) => {
  writeFileSync(file, job);
  expect(await failure(name)).toMatchObject({ code: 'ETL-2001', at: { file: name } });
});

test('a variable that is repeated until it fills the memory', async () => {
  const text = `name: a\ndescription: "${'${A}'.repeat(16_000)}"\n`;
  const loaded = loadJob(file, { text, env: { A: 'x'.repeat(1000) }, params: {}, connectors: sampleConnectors });
  const error = await loaded.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EtlError);
  expect(problemsOf(error as EtlError)[2]).toMatchObject({ code: 'ETL-2003', at: { line: 2, column: 15 + 1048 * 4 } });
});

const heavy: readonly (readonly [string, string])[] = [
  ['1 MiB of block scalar', `name: |\n${' \n'.repeat(500_000)}`],
  ['1 MiB of folded lines', `name: "${'\n\n'.repeat(300_000)}"`],
  ['1 MiB of line ends', '\n'.repeat(1_000_000)],
  ['1 MiB of quotes', 'a: "\n'.repeat(200_000)],
  ['1 MiB of anchors', Array.from({ length: 50_000 }, (_, i) => `k${i}: &a${i} 1`).join('\n')],
  ['1 MiB of pairs', `name: [${'a: 1,'.repeat(200_000)}]`],
  ['an alias bomb', aliasBomb(true)],
];

/** Peak of a process that checks this text, with its exit code. */
async function peakOf(content: string): Promise<{ readonly code: number | null; readonly bytes: number }> {
  writeFileSync(file, content);
  const { code, stderr } = await runEtl(['validate', file], {
    env: { NODE_OPTIONS: `--require ${path.resolve('test/fixtures/print-peak.cjs')}` },
  });
  return { code, bytes: Number(/peak (\d+)/.exec(stderr)?.[1]) * 1024 };
}

// 72 MB for a harmless file with Node 20, 80 MB with Node 24: what a newer Node takes for itself is not the file's.
test.each(heavy)('%s costs less than 30 MB more than a harmless file', async (_, content) => {
  const harmless = await peakOf(job);
  const { code, bytes } = await peakOf(content);
  expect([harmless.code, code]).toEqual([0, 3]);
  expect(bytes, `${bytes} bytes`).toBeLessThan(harmless.bytes + 30e6);
});

test('a device without end is read to the limit', async () => {
  expect(await failure('/dev/zero')).toMatchObject({ code: 'ETL-2003' });
});

async function failure(name: string): Promise<EtlError> {
  const loaded = loadJob(name, { env: {}, params: {}, connectors: sampleConnectors });
  const error = await loaded.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof EtlError)) throw error ?? new Error('the file was accepted');
  return error;
}

const word = fc.constantFrom(
  'name',
  'sources',
  'steps',
  'sinks',
  'connections',
  'params',
  'type',
  'file',
  'print',
  'redis',
  'postgres',
  'filter',
  'select',
  'union',
  'limit',
  'from', // prettier-ignore
  'split',
  'size',
  'onReject',
  'default',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '${A}',
  '${A:-',
  '$${',
  '${A:?b}',
  '10%',
  '50k',
  '1e999',
  '-0',
  '.inf',
  '0x1f',
  '~',
  '',
  '"',
  "'",
  '\\u',
  '<<',
  '*a',
  '&a ',
  '!t ',
);
const punctuation = fc.constantFrom(
  ': ',
  ', ',
  '\n',
  '\n  ',
  '\n    ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '|\n  ',
  '>\n  ',
  ' #',
  '? ',
  '---\n',
  '...\n',
  '\t',
  '%',
);
const soup = fc
  .array(fc.oneof(word, punctuation, fc.string({ maxLength: 3, unit: 'binary' })), { maxLength: 60 })
  .map((parts) => parts.join(''));

test('whatever the text, only an EtlError comes out', async () => {
  await fc.assert(
    fc.asyncProperty(soup, fc.string(), async (text, value) => {
      await expectOnlyEtlErrors(text, value);
    }),
    { numRuns: 500 },
  );
});

test('a number that is -0 is 0: a spec is JSON', async () => {
  const text = job.replace('type: print', 'type: print, onReject: {maxRows: -0.0}');
  const { spec } = await loadJob(file, { text, env: {}, params: {}, connectors: sampleConnectors });
  expect(spec.sinks.out.onReject).toEqual({ kind: 'skip', maxRows: 0, maxRatio: null });
});

test('whatever is changed in a good file, only an EtlError comes out', async () => {
  const good = `name: a\nparams:\n  p: {type: date, default: 2026-01-01}\nconnections:\n  c: {type: redis, url: "redis://\${A}"}\nsources:\n  s: {type: file, path: x, split: {size: 10k}}\nsteps:\n  - filter: a > :p\n    from: s\n  - select: [a, "b AS c"]\n  - union: s\nsinks:\n  out:\n    connection: c\n    key: >\n      a\n      b\n    value: {zset: {member: a, score: b}}\n    onReject: {maxRows: 10}\n`;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(good.length),
      fc.nat(12),
      fc.oneof(word, punctuation, fc.json()),
      async (at, length, insert) => {
        await expectOnlyEtlErrors(good.slice(0, at) + insert + good.slice(at + length), 'value');
      },
    ),
    { numRuns: 500 },
  );
});

async function expectOnlyEtlErrors(text: string, value: string): Promise<void> {
  try {
    const document = await loadJob(file, { text, env: { A: value }, params: {}, connectors: sampleConnectors });
    expect(JSON.parse(JSON.stringify(document.spec))).toEqual(document.spec);
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    for (const { at } of problemsOf(error)) {
      if (at?.excerpt === undefined) continue;
      const line = text.replace(/^\ufeff/, '').split(/\r?\n/)[at.line! - 1];
      expect(at.excerpt.length).toBe(line.length);
      expect(at.column! + at.length!).toBeLessThanOrEqual(Math.max(at.excerpt.length, at.column!) + 1);
    }
  }
}
