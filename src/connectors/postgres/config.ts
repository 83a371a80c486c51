/**
 * What a job file says of PostgreSQL.
 *
 * Options of the driver are an allow-list: a URL names user, host, port, database and how strictly TLS is checked, and
 * nothing else. Messages never repeat the URL, which may hold a password.
 */
import { z } from 'zod';
import { EtlError } from '../../errors/etl-error.js';
import type { ConnectorConfig, JsonObject } from '../connector.js';

export const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** What a URL may say; `disable` and `prefer` may not be smuggled in: they need the key `sslmode`. */
const sslModesOfUrl: readonly string[] = ['require', 'verify-ca', 'verify-full'];

/** Why the URL cannot be used, or null. Never quotes it. */
export function urlProblem(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'is not a URL of the form postgres://user@host:5432/database (are special characters of the password %-encoded?)';
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    return 'must begin with postgres:// or postgresql://';
  if (url.hostname === '') return 'names no host; for a UNIX socket use the keys host, user and database';
  if (/^(\.|%2f)/i.test(url.hostname)) return 'names a path as its host; for a UNIX socket use the key host';
  if (url.hash !== '') return 'has a part behind #; write %23 for a # in the password';
  for (const [part, name] of [
    [url.username, 'user'],
    [url.password, 'password'],
    [url.pathname, 'database'],
  ]) {
    if (!isDecodable(part)) return `has a % in its ${name} that encodes nothing; write %25 for a percent sign`;
  }
  for (const [option, value] of url.searchParams) {
    if (option !== 'sslmode') return `sets "${option.slice(0, 40)}"; of the options behind ? only sslmode is accepted`;
    if (!sslModesOfUrl.includes(value))
      return `sets an sslmode other than ${sslModesOfUrl.join(', ')}; the key sslmode takes the weaker ones`;
  }
  return null;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const url = z.string().superRefine((text, context) => {
  const problem = urlProblem(text);
  if (problem !== null) context.addIssue({ code: 'custom', message: `the URL ${problem}` });
});

export const connectionConfig = z.object({
  url: url
    .optional()
    .describe(
      'postgres://user:password@host:port/database; the only option accepted behind ? is sslmode. Instead of host, port, user …',
    ),
  host: z
    .string()
    .min(1)
    .optional()
    .describe('Host name, address, or the directory of a UNIX socket. Default: localhost.'),
  port: z.int().min(1).max(65535).optional().describe('Port. Default: 5432.'),
  database: z.string().min(1).optional().describe('Database. Default: the name of the user.'),
  user: z.string().min(1).optional().describe('Role to log in as.'),
  password: z.string().optional().describe('Its password; better written as ${NAME}, from the environment.'),
  sslmode: z
    .enum(sslModes)
    .optional()
    .describe(
      'TLS, as in libpq: disable; prefer (TLS where the server has it, unchecked); require (TLS, unchecked); verify-ca; verify-full. Default: prefer, or that of the URL.',
    ),
  sslrootcert: z
    .string()
    .min(1)
    .optional()
    .describe('PEM file with the certificate authorities to trust, for verify-ca and verify-full.'),
  applicationName: z
    .string()
    .regex(/^[\x21-\x7e]{1,24}$/, 'at most 24 visible ASCII characters')
    .optional()
    .describe(
      'First part of application_name as pg_stat_activity shows it; run, vertex and split follow. Default: etl.',
    ),
});

export const sourceConfig = z.object({
  table: z.string().min(1).optional().describe('Table or view, written as in SQL: users, app.users, "My Schema"."T".'),
  query: z
    .string()
    .min(1)
    .optional()
    .describe('SELECT statement, in place of a table; :name is a parameter of the job.'),
  read: z
    .enum(['copy', 'cursor'])
    .default('copy')
    .describe(
      'copy: COPY (SELECT …) TO STDOUT, the fastest. cursor: a portal with bound parameters, fetchSize rows at a time; works through poolers that refuse COPY.',
    ),
});

export type ConnectionConfig = z.infer<typeof connectionConfig>;
export type SourceConfig = z.infer<typeof sourceConfig>;

/** For who opens a catalog without a job file. @throws EtlError ETL-4111 that names the key, and never quotes its value */
export function checkConnection(block: JsonObject | null): ConnectionConfig {
  const { success, data, error } = connectionConfig.safeParse(block ?? {});
  if (success) return data;
  const [{ path, message }] = error.issues;
  throw new EtlError('ETL-4111', `the connection's ${path.join('.')}: ${message}`);
}

export const config: ConnectorConfig = { connection: connectionConfig, source: sourceConfig };
