/**
 * Adds a member to a set or sorted set and sets the key's expiry, or does neither.
 *
 * MULTI could not: it does not roll back, and where the key holds another type its PEXPIREAT would be applied to that
 * foreign key although the SADD before it failed. Constant text: keys and values are arguments only.
 *
 *     EVALSHA sha 1 key member ms           set
 *     EVALSHA sha 1 key score member ms     sorted set         ms 0: the key never expires
 *
 * `pcall` hands the error on as the server words it; `call` would wrap it in a sentence of the script's.
 */
import { createHash } from 'node:crypto';

export interface MemberScript {
  readonly text: string;
  /** Its name on a server that has loaded it. */
  readonly sha: string;
}

export function memberScript(sorted: boolean): MemberScript {
  const add = sorted ? `'ZADD', KEYS[1], ARGV[1], ARGV[2]` : `'SADD', KEYS[1], ARGV[1]`;
  const moment = sorted ? 'ARGV[3]' : 'ARGV[2]';
  const text = `local added = redis.pcall(${add})
if type(added) == 'table' then return added end
if ${moment} == '0' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIREAT', KEYS[1], ${moment}) end
return added`;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
