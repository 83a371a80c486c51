/** Small phrases that several renderers of a run share. */
import type { StageProgress } from '../../coordinator/events.js';

/** `7,560,112`, or `12.4M` from a million on where a figure is only an estimate. */
export function shortCount(count: number): string {
  if (count < 10_000) return String(Math.round(count));
  if (count < 999_500) return `${Math.round(count / 1000)}k`;
  if (count < 999_500_000) return `${(count / 1e6).toFixed(1).replace(/\.0$/, '')}M`;
  return `${(count / 1e9).toFixed(1).replace(/\.0$/, '')}G`;
}

/** `1.2/1.7 GiB`: two sizes in the unit of the larger. */
export function bytesPair(part: number, whole: number, between: string): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(part, whole, 1)) / 10)));
  const digits = unit === 0 ? 0 : 1;
  const scaled = (bytes: number) => (bytes / 1024 ** unit).toFixed(digits).replace(/\.0$/, '');
  return `${scaled(part)}${between}${scaled(whole)} ${units[unit]}`;
}

/** How much of a stage is done, from 0 to 1: by rows where they are estimated, else by splits. It is 1 only at the end. */
export function stageFraction(stage: StageProgress): number {
  if (stage.splitsTotal > 0 && stage.splitsDone >= stage.splitsTotal) return 1;
  const bySplits = stage.splitsTotal === 0 ? 0 : stage.splitsDone / stage.splitsTotal;
  const byRows = stage.rowEstimate === null || stage.rowEstimate <= 0 ? null : stage.read / stage.rowEstimate;
  return Math.min(0.99, byRows ?? bySplits);
}

/** The node that the stage's slots wait for most, if it is worth saying. */
export function bottleneck(waits: StageProgress['waits']): { readonly node: string; readonly share: number } | null {
  const [longest] = Object.entries(waits).sort(([, a], [, b]) => b - a);
  return longest === undefined || longest[1] < 0.1 ? null : { node: longest[0], share: longest[1] };
}

export function percent(fraction: number): string {
  return `${Math.floor(fraction * 100 + 1e-9)}%`;
}

export function rowsPerSecond(rows: number, milliseconds: number): number {
  return milliseconds <= 0 ? 0 : (rows * 1000) / milliseconds;
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** `03:03:41` in the time zone of the reader. */
export function localTime(timeMs: number): string {
  return new Date(timeMs).toTimeString().slice(0, 8);
}
