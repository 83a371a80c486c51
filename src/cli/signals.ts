/**
 * Signals as abort signals: the first SIGINT, SIGTERM or SIGHUP cancels, the second one stops waiting.
 *
 * SIGQUIT, that a person sends to a run that seems to hang, asks how it goes. SIGUSR1 does nothing: Node would open a port for
 * its inspector. Listens from the call until `dispose`; in between the process does not end by these signals.
 */
import type { ErrorData } from '../errors/etl-error.js';

export interface Cancellation {
  /** Its reason is an `ErrorData`. */
  readonly cancel: AbortSignal;
  readonly kill: AbortSignal;
  readonly dispose: () => void;
}

const reasons = {
  SIGINT: { code: 'ETL-6003', message: 'the run was cancelled by SIGINT' },
  SIGTERM: { code: 'ETL-6004', message: 'the run was terminated by SIGTERM' },
  SIGHUP: { code: 'ETL-6004', message: 'the run was terminated by SIGHUP' },
} as const satisfies Record<string, ErrorData>;

/** `status`: how the run goes, in a sentence. */
export function cancelOnSignals(tell: (message: string) => void, status: () => string): Cancellation {
  const cancel = new AbortController();
  const kill = new AbortController();
  const others: Readonly<Partial<Record<NodeJS.Signals, () => void>>> = {
    SIGQUIT: () => tell(`SIGQUIT: ${status()}`),
    SIGUSR1: () => undefined,
  };
  const names = Object.keys(reasons) as (keyof typeof reasons)[];
  const cancelling = names.map((name) => {
    const listener = (): void => {
      if (cancel.signal.aborted) return kill.abort(reasons[name]);
      tell(`${name}: cancelling; once more to stop at once`);
      cancel.abort(reasons[name]);
    };
    return [name, listener] as const;
  });
  const listeners: readonly (readonly [string, () => void])[] = [...cancelling, ...Object.entries(others)];
  listeners.forEach(([name, listener]) => process.on(name, listener));
  return {
    cancel: cancel.signal,
    kill: kill.signal,
    dispose: () => listeners.forEach(([name, listener]) => process.off(name, listener)),
  };
}
