/**
 * Passwords that no output may contain. The URLs that `testDatabase` and `testRedis` hand out carry one, so that every
 * test that runs `etl` against a server also tries promise P18.
 */
import { randomBytes } from 'node:crypto';

const canaries: string[] = [];

/** A secret to put into a job; from then on `runEtl` fails when it is seen. */
export function canary(): string {
  const secret = `CANARY-${randomBytes(8).toString('hex')}`;
  canaries.push(secret);
  return secret;
}

/** The URL with a canary for a password. One that has a password keeps it, and that is the canary. */
export function withCanary(url: string, user: string): string {
  const address = new URL(url);
  address.username ||= user;
  if (address.password === '') address.password = canary();
  else canaries.push(decodeURIComponent(address.password));
  return address.href;
}

/** The first canary in a text, however it is written there; null for none. */
export function canaryIn(text: string): string | null {
  return canaries.find((secret) => spellings(secret).some((spelling) => text.includes(spelling))) ?? null;
}

/** Plain, in a URL, in JSON, and in base64 at each of the three places where it may begin in a longer text. */
function spellings(secret: string): string[] {
  const inBase64 = [0, 1, 2].map((before) => {
    const text = Buffer.from(' '.repeat(before) + secret).toString('base64');
    return text.slice(Math.ceil((before * 4) / 3), -4);
  });
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...inBase64];
}
