/** The columns of a file, from its first rows. Runs in the parent; strings are fine here. */
import { EtlError } from '../../errors/etl-error.js';
import { createCsvScanner, fieldText } from './csv-rows.js';
import { guessField, guessJson, typeOfGuess, widen, type Guess } from './guess-type.js';
import { nextLine } from './json-rows.js';
import { JsonScanner } from './json-scanner.js';
import { readFirst } from './read-first.js';
import type { RowSlab } from './row-slab.js';
import type { CsvOptions, FileColumn } from './source-params.js';

export const SAMPLE_ROWS = 1000;
const MOST_COLUMNS = 1600;

export interface Sample {
  readonly columns: readonly FileColumn[];
  readonly rows: number;
  /** Bytes that these rows take, unpacked. */
  readonly bytes: number;
  /** The whole file was read. */
  readonly whole: boolean;
}

export async function inferCsv(slab: RowSlab, options: CsvOptions, file: string): Promise<Sample> {
  const scanner = createCsvScanner(options);
  const quote = options.quote === '' ? -1 : options.quote.charCodeAt(0);
  let names = options.header ? await readFirst(slab, scanner, options, file) : null;
  const guesses: (Guess | null)[] = [];
  const counted = await readSample(slab, (start) => {
    const behind = scanner.next(slab.bytes, start, slab.end, slab.ended);
    if (behind < 0 || scanner.problem !== null) return behind;
    names ??= Array.from({ length: scanner.count }, (_, i) => `column${i + 1}`);
    for (let i = 0; i < Math.min(scanner.count, names.length); i++) {
      const text = fieldText(scanner, slab.bytes, i, quote);
      const isNull = scanner.flags[i] === 0 && text === options.nullValue;
      guesses[i] = isNull ? (guesses[i] ?? null) : widen(guesses[i] ?? null, guessField(text));
    }
    return behind;
  });
  checkNames(names ?? [], file);
  const columns = (names ?? []).map((name, i) => ({ name, type: typeOfGuess(guesses[i] ?? null), position: i }));
  return { columns, ...counted };
}

export async function inferJson(slab: RowSlab, file: string): Promise<Sample> {
  const scanner = new JsonScanner([], MOST_COLUMNS);
  const guesses: (Guess | null)[] = [];
  const counted = await readSample(slab, (start) => {
    const behind = nextLine(slab.bytes, start, slab.end, slab.ended);
    if (behind < 0 || scanner.scan(slab.bytes, start, behind) !== null) return behind;
    for (let i = 0; i < scanner.keys.length; i++) {
      const from = scanner.starts[i];
      if (from < 0 || slab.bytes[from] === 110) continue;
      guesses[i] = widen(guesses[i] ?? null, guessJson(slab.bytes.toString('utf8', from, scanner.ends[i])));
    }
    return behind;
  });
  const names = scanner.keys.map((key) => key.toString());
  checkNames(names, file);
  return {
    columns: names.map((name, i) => ({ name, type: typeOfGuess(guesses[i] ?? null), position: i })),
    ...counted,
  };
}

/** Hands rows to `take`, which returns the offset behind the row at `start`, or -1. */
async function readSample(slab: RowSlab, take: (start: number) => number): Promise<Omit<Sample, 'columns'>> {
  let rows = 0;
  let bytes = 0;
  for (;;) {
    while (rows < SAMPLE_ROWS) {
      const behind = take(slab.at);
      if (behind < 0) break;
      bytes += behind - slab.at;
      slab.at = behind;
      rows++;
    }
    if (rows === SAMPLE_ROWS || slab.ended || slab.full)
      return { rows, bytes, whole: slab.ended && slab.at === slab.end };
    await slab.more();
  }
}

function checkNames(names: readonly string[], file: string): void {
  if (names.length === 0) throw new EtlError('ETL-4123', `${file} has no row to find the columns in`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new EtlError('ETL-4123', `${file} has two columns "${twice}"`, { hint: 'rename one of them in the file' });
  }
}
