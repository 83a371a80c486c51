/**
 * Between the engine and the renderer of a run: `--fail-on-rejects` becomes its exit, and with `--json` the last line is an
 * `end` even when the run never started.
 */
import { formatCount, formatDuration } from '../config/units.js';
import { exitCodes } from '../errors/code-entry.js';
import type { RunEnd, RunEvent } from '../coordinator/events.js';
import { EtlError, toEtlError } from '../errors/etl-error.js';
import { failedCommand } from './report-error.js';
import { bytesPair } from './render/run-text.js';
import type { RunRenderer } from './render/run-renderer-options.js';

/** The event as its audience should hear it. */
export function withRejectExit<Event extends RunEvent>(event: Event, failOnRejects: boolean): Event {
  if (!failOnRejects || event.type !== 'end' || event.exit.code !== exitCodes.ok || event.rows.rejected === 0)
    return event;
  return { ...event, exit: { code: exitCodes.rejects, name: 'rejects' } };
}

/** How far a run is, for whoever asks. */
export function statusText(latest: Extract<RunEvent, { type: 'progress' }> | null): string {
  if (latest === null) return 'the run is being planned';
  const { elapsedMs, stages, resources } = latest;
  const parts = stages.map(
    ({ name, splitsDone, splitsRunning, splitsTotal, read, written }) =>
      `${name}: ${formatCount(splitsDone)} of ${formatCount(splitsTotal)} splits done, ${splitsRunning} running, ${formatCount(read)} rows read, ${formatCount(written)} written`,
  );
  return [
    `running for ${formatDuration(elapsedMs)}`,
    ...parts,
    `memory ${bytesPair(resources.rssBytes, resources.budgetBytes, ' of ')}`,
  ].join('; ');
}

/** Another run of the job is active. */
export function isBusy(thrown: unknown): thrown is EtlError {
  return thrown instanceof EtlError && thrown.kind === 'busy';
}

/** `--if-running skip`: said, and no failure. */
export function endSkipped(busy: EtlError, renderer: RunRenderer): void {
  renderer.on({ type: 'warn', code: busy.code, message: `skipped: ${busy.message}`, timeMs: Date.now() });
  renderer.on({ ...unstarted(), exit: { code: exitCodes.ok, name: 'ok' }, error: null, skipped: true });
}

/** Tells an audience of JSON that the run ended before it began. @returns the exit code */
export function endUnstarted(thrown: unknown, renderer: RunRenderer): number {
  const { exit, error, problems } = failedCommand(toEtlError(thrown));
  const end: RunEnd & { readonly problems: typeof problems } = { ...unstarted(), exit, error, problems };
  renderer.on(end);
  return exit.code;
}

function unstarted(): Omit<RunEnd, 'exit' | 'error'> {
  return {
    type: 'end',
    runId: '',
    job: '',
    rows: { read: 0, filtered: 0, rejected: 0, written: 0 },
    balance: true,
    durationMs: 0,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    budgetBytes: 0,
    spillBytes: 0,
    stages: [],
    edges: [],
    rejects: [],
    sinks: {},
    accumulators: {},
    logFile: null,
  };
}
