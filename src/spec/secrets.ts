/** What of a job must not be kept or shown: passwords in its connections, in any of the forms they travel in. */
import type { JobSpec } from './job-spec.js';
import { coverSecrets } from './source-text.js';

const secretName = /pass(word|wd|phrase)?$|^pwd$|secret|token|credential/i;
/** Shorter ones would black out half of every sentence. */
const SHORTEST = 4;

/** Longest first, so that no part of one is left over. */
export function secretsOf({ connections }: JobSpec): string[] {
  const found = Object.values(connections).flatMap(({ own }) =>
    Object.entries(own).flatMap(([key, value]) => (typeof value === 'string' ? secretsIn(key, value) : [])),
  );
  const forms = found.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ]);
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST).sort((a, b) => b.length - a.length);
}

export function coverValues(text: string, secrets: readonly string[]): string {
  return secrets.reduce((covered, secret) => covered.replaceAll(secret, '***'), text);
}

/** The job file as it may be kept. `${VARIABLE}` stays: its value is not in the file. */
export function safeText(text: string, spec: JobSpec): string {
  const secrets = secretsOf(spec);
  const isSecret = (line: string): boolean => secrets.includes(line.trim()); // a block scalar's
  return text
    .split('\n')
    .map((line) => (isSecret(line) ? line.replace(/\S.*/, '***') : coverSecrets(line)))
    .join('\n');
}

function secretsIn(key: string, value: string): string[] {
  if (secretName.test(key)) return [Buffer.from(value).toString()]; // well-formed, or encodeURIComponent throws
  const password = /^\w[\w+.-]*:\/\/[^/@]*?:([^@]*)@/.exec(value)?.[1];
  if (password === undefined || password === '') return [];
  return [password, decoded(password)].map((text) => Buffer.from(text).toString());
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
