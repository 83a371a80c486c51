/** The texts of flags that oclif does not check as values. @throws EtlError ETL-1001 */
import { EtlError } from '../errors/etl-error.js';
import { parseCount, parseDuration, UnreadableValueError } from '../config/units.js';

/** `name=value` pairs of `--param`; the last one of a name counts. */
export function parseParams(texts: readonly string[] = []): Record<string, string> {
  const params: [string, string][] = texts.map((text) => {
    const split = text.indexOf('=');
    if (split <= 0)
      throw new EtlError('ETL-1001', `--param ${text} is not of the form name=value`, {
        hint: 'for example: --param since=2026-01-01',
      });
    return [text.slice(0, split), text.slice(split + 1)];
  });
  return Object.fromEntries(params);
}

/** `--limit 10k`, `-p 4`. */
export function parseCountFlag(flag: string, text: string | undefined, min: number): number | null {
  if (text === undefined) return null;
  try {
    const count = parseCount(text);
    if (count >= min) return count;
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error;
    throw new EtlError('ETL-1001', `${flag}: ${error.message}`);
  }
  throw new EtlError('ETL-1001', `${flag} ${text} is too small; it must be at least ${min}`);
}

/** `--if-running fail`, `skip`, `wait:10m`. */
export function parseIfRunning(text: string): { readonly waitMs: number; readonly skip: boolean } {
  if (text === 'fail' || text === 'skip') return { waitMs: 0, skip: text === 'skip' };
  try {
    if (text.startsWith('wait:')) return { waitMs: parseDuration(text.slice(5)), skip: false };
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error;
  }
  throw new EtlError('ETL-1001', `--if-running ${text} is neither fail, nor skip, nor wait:DURATION`, {
    hint: 'for example: --if-running wait:10m',
  });
}

/** `--at 2026-11-22T03:00:00Z` → milliseconds since 1970; without a zone it is UTC, without a time midnight. */
export function parseTime(text: string | undefined, now: () => number): number {
  if (text === undefined) return now();
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:?\d{2})?$/i.exec(
    text.trim(),
  );
  const time = found === null ? NaN : Date.parse(`${found[1]}T${found[2] ?? '00:00'}${zoneOf(found[3])}`);
  if (Number.isNaN(time) || !isRealDate(found![1])) {
    throw new EtlError('ETL-1001', `--at: "${text}" is not a time`, {
      hint: 'write it as 2026-11-22T03:00:00Z (UTC when no zone is given)',
    });
  }
  return time;
}

function zoneOf(zone: string | undefined): string {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 'Z';
  return zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
}

/** Date.parse takes the 31st of February for the 3rd of March. */
function isRealDate(date: string): boolean {
  return new Date(`${date}T00:00Z`).toISOString().startsWith(date);
}
