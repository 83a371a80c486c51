/**
 * NDJSON: one event a line, first `version`, last `end`. Progress comes at most once a second of the run's time; everything
 * else is passed on as it is. Stable API.
 */
import type { RunEvent } from '../../coordinator/events.js';
import { jsonText } from './json-text.js';

export const EVENT_FORMAT = 1;

export class JsonRunRenderer {
  private lastProgressMs = -Infinity;

  constructor(
    private readonly write: (text: string) => void,
    version: string,
  ) {
    this.line({ type: 'version', etl: version, format: EVENT_FORMAT });
  }

  on(event: RunEvent): void {
    if (event.type === 'progress') {
      if (event.elapsedMs - this.lastProgressMs < 1000) return;
      this.lastProgressMs = event.elapsedMs;
    }
    this.line(event);
  }

  private line(value: object): void {
    this.write(`${jsonText(value)}\n`);
  }
}
