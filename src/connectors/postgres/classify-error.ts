/**
 * What an error of the driver or the server means for us: one table, first match wins.
 *
 * Left: PostgreSQL's condition (a class of two characters or all five) or Node's error code. What is not in the table
 * is the statement's fault while the job is planned, and a lost attempt while it runs.
 */
import { EtlError, type ErrorPlace } from '../../errors/etl-error.js';
import type { ErrorCode } from '../../errors/registry.js';
import { redact, type ConnectionOptions } from './connection-options.js';

interface Rule {
  readonly match: readonly string[];
  readonly code: ErrorCode;
  readonly hint?: string;
}

export const errorRules: readonly Rule[] = [
  {
    match: [
      'ECONNREFUSED',
      'ENOTFOUND',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ENOENT',
      'EACCES',
      'EADDRNOTAVAIL',
    ],
    code: 'ETL-4101',
  },
  {
    match: ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_STREAM_DESTROYED', 'ERR_SOCKET_CLOSED'],
    code: 'ETL-4102',
  },
  {
    match: [
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    code: 'ETL-4104',
    hint: 'the certificate of the server is not trusted; see sslmode and sslrootcert',
  },
  { match: ['53300'], code: 'ETL-4114' },
  { match: ['57P01', '57P02', '57P03', '57P05', '08'], code: 'ETL-4102' },
  { match: ['28', '42501', '3D000'], code: 'ETL-4104' },
  { match: ['42P01', '42703', '3F000'], code: 'ETL-4105' },
  { match: ['40001', '40P01', '57014', '55P03', '55006', '25P03', '25P04'], code: 'ETL-4110' },
  { match: ['53', '58'], code: 'ETL-4110' },
  { match: ['22', '21000', '2200'], code: 'ETL-4108' },
  { match: ['25006'], code: 'ETL-4107', hint: 'etl reads only: its sessions cannot change data' },
  { match: ['XX001', 'XX002'], code: 'ETL-4109' },
  { match: ['42', '0A', '2B', '54', 'P0'], code: 'ETL-4107' },
];

/** What the driver says in words only. */
const wordedRules: readonly { readonly words: RegExp; readonly rule: Omit<Rule, 'match'> }[] = [
  { words: /^SASL|password must be a string/, rule: { code: 'ETL-4104', hint: 'the server asks for a password' } },
  {
    words: /does not support SSL/,
    rule: {
      code: 'ETL-4104',
      hint: 'the connection demands TLS, and the server has none; sslmode: prefer or disable does without',
    },
  },
];

/** The text that a broken import of a snapshot has; its condition (22023) is shared with many others. */
const snapshotGone = /invalid snapshot identifier|snapshot .* does not exist|could not import the requested snapshot/;

export interface ErrorContext {
  readonly options: ConnectionOptions;
  /** What was being done: `reading split 3`, `describing app.users`. */
  readonly doing: string;
  readonly at?: ErrorPlace;
  /** The statement with its literals, for the place that a server's `position` points to. */
  readonly sql?: string;
}

/** Any error of the driver as one of ours. */
export function classifyError(thrown: unknown, context: ErrorContext): EtlError {
  if (thrown instanceof EtlError) return thrown;
  const { code, message } = codeAndMessage(thrown);
  const clean = redact(message, context.options.secrets);
  const where = `postgres ${context.options.address}`;
  const sqlState = /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : undefined;
  const common = { sqlState, at: context.at };
  if (snapshotGone.test(message)) {
    return new EtlError(
      'ETL-4106',
      `${where}: ${context.doing}: the run's snapshot is gone (${clean}): the connection that held it was lost`,
      common,
    );
  }
  const worded = wordedRules.find(({ words }) => words.test(message))?.rule;
  const rule =
    worded ??
    errorRules.find(({ match }) => match.some((key) => (key.length === 2 ? sqlState?.startsWith(key) : key === code)));
  const state = sqlState === undefined ? '' : ` [${sqlState}]`;
  const line = sqlLine(thrown, context.sql);
  const text = `${where}: ${context.doing}: ${clean}${state}${line === null ? '' : `, at: ${line}`}`;
  return new EtlError(rule?.code ?? 'ETL-4102', text, {
    ...common,
    ...(rule?.hint !== undefined && { hint: rule.hint }),
  });
}

/** Node wraps the failures of several addresses in one AggregateError without a message. */
function codeAndMessage(thrown: unknown): { code: string; message: string } {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return codeAndMessage(thrown.errors[0]);
  if (!(thrown instanceof Error)) return { code: '', message: String(thrown) };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return { code, message: thrown.message === '' ? code || thrown.name : thrown.message };
}

/** The part of the statement that the server points to, cut to what fits a message. */
function sqlLine(thrown: unknown, sql: string | undefined): string | null {
  if (sql === undefined || typeof thrown !== 'object' || thrown === null || !('position' in thrown)) return null;
  const position = Number(thrown.position) - 1;
  const characters = [...sql]; // the server counts code points
  if (!Number.isInteger(position) || position < 0 || position >= characters.length) return null;
  const tail = characters.slice(position, position + 60).join('');
  return JSON.stringify(tail.split('\n')[0]);
}
