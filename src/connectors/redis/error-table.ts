/**
 * What each error reply of a Redis server means for the row it answers, and who acts next. Data, one line a code.
 *
 *   row         this row cannot be written; its neighbours can
 *   wait        the server cannot take writes now; the same connection goes on later
 *   reconnect   this server is not (or no longer) the one to write to, or has lost what a new connection gives it
 *   check-once  tried once more, then given up: waiting does not mend it
 *   auth        the account may not do this
 *   fatal       the job and this server do not fit together
 */
export type Remedy = 'row' | 'wait' | 'reconnect' | 'check-once' | 'auth' | 'fatal';

const remedies: Readonly<Record<string, Remedy>> = {
  ERR: 'row',
  WRONGTYPE: 'row',
  EXECABORT: 'row',
  OOM: 'wait',
  LOADING: 'wait',
  BUSY: 'wait',
  UNKILLABLE: 'wait',
  TRYAGAIN: 'wait',
  NOREPLICAS: 'wait',
  NOSCRIPT: 'reconnect',
  READONLY: 'reconnect',
  MASTERDOWN: 'reconnect',
  CLUSTERDOWN: 'reconnect',
  MISCONF: 'check-once',
  NOAUTH: 'auth',
  NOPERM: 'auth',
  WRONGPASS: 'auth',
  MOVED: 'fatal',
  ASK: 'fatal',
  CROSSSLOT: 'fatal',
};

/** `ERR` is Redis' word for everything else; these sentences are not about the row. */
const sentences: readonly (readonly [start: string, remedy: Remedy])[] = [
  ['ERR max number of clients', 'wait'],
  ['ERR Protocol error', 'fatal'],
  ['ERR unknown command', 'fatal'],
  ['ERR syntax error', 'fatal'],
  ['ERR invalid password', 'auth'],
  ['ERR DB index is out of range', 'fatal'],
];

/** Redis 6 says first where in a script it refused: `@user_script: 1: -OOM command not allowed …` */
const scriptPlace = /^@?user_script: ?\d+: -?/;

/** `reply` is without its leading `-`. A code that nobody knows is checked once. */
export function remedyFor(reply: string): Remedy {
  const text = reply.replace(scriptPlace, '');
  const sentence = sentences.find(([start]) => text.startsWith(start));
  if (sentence !== undefined) return sentence[1];
  return remedies[codeOf(text)] ?? 'check-once';
}

/** `WRONGTYPE Operation against …` → `WRONGTYPE` */
export function codeOf(text: string): string {
  const space = text.indexOf(' ');
  return space < 0 ? text : text.slice(0, space);
}
