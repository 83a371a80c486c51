/** Where and as whom to connect: the connection block as the driver wants it, and the words that name it in messages. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ClientConfig } from 'pg';
import { EtlError } from '../../errors/etl-error.js';
import type { ConnectionConfig, SslMode } from './config.js';

export interface ConnectionOptions {
  readonly client: Pick<ClientConfig, 'host' | 'port' | 'database' | 'user' | 'password' | 'ssl'>;
  /** `prefer`: a server without TLS is asked again without. */
  readonly mayFallBackToPlain: boolean;
  /** For messages: never holds a secret. */
  readonly address: string;
  readonly applicationName: string;
  /** What must never be seen in a message. */
  readonly secrets: readonly string[];
}

/**
 * `config`: as `checkConnection` let it pass, in the parent; a slot does not check it again, and so does not load the schema.
 *
 * @throws EtlError ETL-4111 when keys contradict each other or the certificate file cannot be read
 */
export function connectionOptions(config: ConnectionConfig, baseDir: string): ConnectionOptions {
  if (config.url !== undefined) {
    const doubled = (['host', 'port', 'database', 'user', 'password'] as const).find(
      (key) => config[key] !== undefined,
    );
    if (doubled !== undefined)
      throw new EtlError('ETL-4111', `the connection has a url and a ${doubled}`, { hint: 'keep one of them' });
  }
  const url = config.url === undefined ? null : new URL(config.url);
  const fromUrl = (part: string | undefined): string | undefined =>
    part === undefined || part === '' ? undefined : decodeURIComponent(part);
  const host = fromUrl(url?.hostname.replace(/^\[(.*)\]$/, '$1')) ?? config.host ?? 'localhost';
  const port = url === null ? config.port : Number(url.port || '5432');
  const user = fromUrl(url?.username) ?? config.user;
  const password = fromUrl(url?.password) ?? config.password;
  const database = fromUrl(url?.pathname.slice(1)) ?? config.database;
  const isSocket = host.startsWith('/');
  const sslmode = isSocket
    ? 'disable'
    : (config.sslmode ?? (url?.searchParams.get('sslmode') as SslMode | null) ?? 'prefer');
  const ssl = tlsOptions(sslmode, config.sslrootcert === undefined ? null : path.resolve(baseDir, config.sslrootcert));
  return {
    client: { host, port: port ?? 5432, database, user, password, ssl },
    mayFallBackToPlain: sslmode === 'prefer',
    address: `${isSocket ? host : `${host.includes(':') ? `[${host}]` : host}:${port ?? 5432}`}${database === undefined ? '' : `/${database}`}`,
    applicationName: config.applicationName ?? 'etl',
    secrets: password === undefined || password === '' ? [] : [password, ...(url === null ? [] : [url.password])],
  };
}

function tlsOptions(mode: SslMode, rootFile: string | null): ClientConfig['ssl'] {
  if (mode === 'disable') return false;
  const ca = rootFile === null ? undefined : readCertificates(rootFile);
  switch (mode) {
    case 'prefer':
    case 'require':
      // libpq: with a file of authorities, require means verify-ca.
      return ca === undefined ? { rejectUnauthorized: false } : { ca, checkServerIdentity: () => undefined };
    case 'verify-ca':
      if (ca === undefined)
        throw new EtlError('ETL-4111', 'sslmode verify-ca needs sslrootcert', {
          hint: 'or use verify-full, which trusts the public authorities',
        });
      return { ca, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ca };
  }
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EtlError('ETL-4111', `sslrootcert ${file} cannot be read`, { cause });
  }
}

/** The text without what must not be seen, in any of its encodings. Shorter than four characters it would only blank out words. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      if (form.length >= 4) clean = clean.replaceAll(form, '***');
    }
  }
  return clean;
}
