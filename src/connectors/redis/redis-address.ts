/** Where a Redis is and who we are there: what a connection block comes to. Holds credentials: sent to slots, never printed. */
import path from 'node:path';
import { EtlError } from '../../errors/etl-error.js';
import type { RedisConnectionBlock } from './config.js';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** UNIX socket; host and port are not used then. */
  readonly path: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number;
  /** Names of PEM files, absolute; null: no TLS. */
  readonly tls: RedisTls | null;
}

export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Throws ETL-4211 for a URL that says what we do not know: an option that is silently ignored is worse than refused. */
export function parseRedisAddress(block: RedisConnectionBlock, baseDir: string): RedisAddress {
  const tls = block.tls === undefined ? null : absoluteFiles(block.tls, baseDir);
  const own = { username: block.username ?? null, password: block.password ?? null };
  if (!/^[a-z][a-z+]*:\/\//i.test(block.url)) {
    if (!block.url.includes('/')) throw refused('it is neither a URL nor the path of a socket');
    return {
      host: 'localhost',
      port: 0,
      path: path.resolve(baseDir, block.url),
      ...own,
      database: block.database ?? 0,
      tls: null,
    };
  }
  let url: URL;
  try {
    url = new URL(block.url);
  } catch {
    throw refused('it cannot be read; special characters of a password are written %40, %2F …');
  }
  if (url.search !== '' || url.hash !== '')
    throw refused('options behind ? are not taken; write them as keys of the connection');
  const credentials = {
    username: own.username ?? (decodeURIComponent(url.username) || null),
    password: own.password ?? (decodeURIComponent(url.password) || null),
  };
  if (url.protocol === 'unix:') {
    return {
      host: 'localhost',
      port: 0,
      path: decodeURIComponent(url.pathname),
      ...credentials,
      database: block.database ?? 0,
      tls: null,
    };
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') throw refused(`its scheme is ${url.protocol}//`);
  const number = url.pathname.replace(/^\//, '');
  if (!/^\d*$/.test(number)) throw refused(`"${number}" is no database number`);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1',
    port: url.port === '' ? 6379 : Number(url.port),
    path: null,
    ...credentials,
    database: block.database ?? Number(number),
    tls: url.protocol === 'rediss:' ? (tls ?? {}) : tls,
  };
}

/** For messages: no credentials. */
export function addressName({ host, port, path: socket }: RedisAddress): string {
  if (socket !== null) return socket;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function absoluteFiles(tls: NonNullable<RedisConnectionBlock['tls']>, baseDir: string): RedisTls {
  const files = (['ca', 'cert', 'key'] as const).filter((name) => tls[name] !== undefined);
  return { ...tls, ...Object.fromEntries(files.map((name) => [name, path.resolve(baseDir, tls[name]!)])) };
}

/** Never quotes the URL: it may hold a password. */
function refused(reason: string): EtlError {
  return new EtlError('ETL-4211', `the url of a redis connection cannot be used: ${reason}`, {
    hint: 'redis://[user:password@]host[:port][/database], rediss://… for TLS, unix:///path or the path of a socket',
  });
}
