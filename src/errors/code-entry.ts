/** The exits of `etl`, by name. Stable API. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  'invalid-spec': 3,
  auth: 4,
  rejects: 5,
  verify: 7,
  data: 65,
  'schema-drift': 66,
  unavailable: 69,
  internal: 70,
  os: 71,
  'disk-full': 73,
  corrupt: 74,
  busy: 75,
  'state-version': 78,
  cancelled: 130,
  terminated: 143,
} as const;

export type ExitName = keyof typeof exitCodes;

/** The kind of an error is the name of the exit it leads to. */
export type ErrorKind = Exclude<ExitName, 'ok'>;

/** One row of the registry. `meaning` is for the documentation; the message of an instance is written where it is thrown. */
export interface CodeEntry {
  readonly kind: ErrorKind;
  readonly meaning: string;
  readonly hint?: string;
  /** May another attempt succeed without anybody changing anything? Default: no. */
  readonly transient?: boolean;
  /** Does it say that there are too many of us? Then fewer slots may finish what all together cannot. */
  readonly crowded?: boolean;
}

/** Declares a family of codes, keeping their literal names. */
export function declareCodes<Code extends string>(codes: Record<Code, CodeEntry>): Readonly<Record<Code, CodeEntry>> {
  return codes;
}
