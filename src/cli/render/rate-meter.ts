/** Rows a second by vertex, over the last five seconds of the run's own time. */
import type { StageProgress } from '../../coordinator/events.js';
import { rowsPerSecond } from './run-text.js';

const WINDOW_MS = 5000;

interface Sample {
  readonly atMs: number;
  readonly read: ReadonlyMap<string, number>;
}

export class RateMeter {
  private samples: Sample[] = [];

  add(atMs: number, stages: readonly StageProgress[]): void {
    const sample = { atMs, read: new Map(stages.map((stage) => [stage.vertex, stage.read])) };
    const inWindow = this.samples.filter((old) => atMs - old.atMs <= WINDOW_MS && old.atMs < atMs);
    this.samples = [...inWindow, sample];
  }

  rates(): ReadonlyMap<string, number> {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined) return new Map();
    // A single sample, or none older: the average since the start.
    const since = first === last ? { atMs: 0, read: new Map<string, number>() } : first;
    return new Map(
      [...last.read].map(([vertex, read]) => [
        vertex,
        rowsPerSecond(read - (since.read.get(vertex) ?? 0), last.atMs - since.atMs),
      ]),
    );
  }
}
