/**
 * `${VAR}`, `${VAR:-default}`, `${VAR:?message}` in a scalar; `$${` is a literal `${`. Never in keys, never twice:
 * what a variable holds is text, not looked into again, so it can add no key, no block and no further `${}`.
 *
 * `:-` and `:?` treat an empty variable as a missing one, as the shell does. A default may nest: `${A:-${B}}`.
 */
import type { SpecPath } from './job-spec.js';
import type { Problems } from './problems.js';
import { quoted } from './source-text.js';
import { scalarPlace } from './scalar-offsets.js';
import { mapScalars, scalarValue, type ScalarNode, type YamlTree } from './yaml-tree.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The tree with its environment filled in, in the part under `within`; every problem is reported, and every value that came in is remembered. */
export function interpolateTree(
  tree: YamlTree,
  env: Environment,
  problems: Problems,
  secrets: SecretValues,
  within: SpecPath = [],
): YamlTree {
  const root = mapScalars(tree.root, (scalar, path) => {
    if (!scalar.text.includes('${') || !within.every((step, i) => path[i] === step)) return scalar;
    let isBroken = false;
    const filler = new Filler(scalar.text, env, secrets, (code, message, start, end) => {
      isBroken = true;
      if (problems.isFull) return; // finding the place is what costs
      problems.add(code, message, scalarPlace(tree.source, scalar, start, end));
    });
    const { text, origins } = filler.fill();
    if (isBroken) return { ...scalar, isBroken };
    const value = scalar.plain ? plainValue(text) : text;
    return { ...scalar, value, text, template: { text: scalar.text, origins } };
  });
  return { source: tree.source, root };
}

/** Units that a whole job may take from the environment: a file of 1 MiB could repeat a long variable 200,000 times. */
const MOST_FILLED = 1 << 20;

/** What came out of the environment, so that no message repeats it, and how much more may come. */
export class SecretValues {
  private left = MOST_FILLED;
  private readonly names = new Map<string, string>();

  add(name: string, value: string): void {
    // Shorter ones are no secrets, and would black out half of every sentence.
    if (value.length < 4 || this.names.has(value)) return;
    const text = Buffer.from(value).toString(); // well-formed, or encodeURIComponent throws
    for (const form of [
      value,
      encodeURIComponent(text),
      JSON.stringify(value).slice(1, -1),
      Buffer.from(value).toString('base64'),
    ]) {
      this.names.set(form, name);
    }
  }

  /** False: it would be too much. */
  take(length: number): boolean {
    this.left -= length;
    return this.left >= 0;
  }

  /** The sentence with each value replaced by the name of its variable. */
  readonly conceal = (text: string): string => {
    let result = text;
    const longestFirst = [...this.names].sort(([a], [b]) => b.length - a.length);
    for (const [value, name] of longestFirst) result = result.replaceAll(value, `\${${name}}`);
    return result;
  };
}

type Report = (code: 'ETL-2003' | 'ETL-2007' | 'ETL-2008', message: string, start: number, end: number) => void;

class Filler {
  private readonly text: string;
  private readonly env: Environment;
  private readonly secrets: SecretValues;
  private readonly report: Report;
  private readonly parts: string[] = [];
  private readonly origins: number[] = [];
  private at = 0;

  constructor(text: string, env: Environment, secrets: SecretValues, report: Report) {
    this.text = text;
    this.env = env;
    this.secrets = secrets;
    this.report = report;
  }

  fill(): { text: string; origins: Int32Array } {
    this.fillUntil(null, true, 0);
    return { text: this.parts.join(''), origins: Int32Array.from(this.origins) };
  }

  /** Up to the end, or over the closing brace. `wanted`: false inside a default that is not used. */
  private fillUntil(closing: '}' | null, wanted: boolean, depth: number): boolean {
    const { text } = this;
    while (this.at < text.length) {
      if (text[this.at] === closing) {
        this.at++;
        return true;
      }
      if (text.startsWith('$${', this.at)) {
        if (wanted) this.emit('${', this.at);
        this.at += 3;
      } else if (text.startsWith('${', this.at)) {
        this.fillVariable(wanted, depth);
      } else {
        if (wanted) this.emit(text[this.at], this.at);
        this.at++;
      }
    }
    return closing === null;
  }

  private fillVariable(wanted: boolean, depth: number): void {
    const start = this.at;
    const found = /\$\{([A-Za-z_][A-Za-z0-9_]*)(\}|:-|:\?)/y;
    found.lastIndex = start;
    const match = found.exec(this.text);
    if (match === null || depth > 8) {
      const end = this.text.indexOf('}', start);
      this.report(
        'ETL-2008',
        `${quoted(this.text.slice(start, end < 0 ? start + 20 : end + 1))} is not a variable`,
        start,
        end < 0 ? start + 2 : end + 1,
      );
      this.at = this.text.length;
      return;
    }
    const [whole, name, operator] = match;
    this.at += whole.length;
    const value = Object.hasOwn(this.env, name) ? this.env[name] : undefined;
    const isMissing = value === undefined || (operator !== '}' && value === '');
    if (operator === ':-') {
      if (!this.fillUntil('}', wanted && isMissing, depth + 1))
        return this.report('ETL-2008', `the \${${name}:-… is not closed`, start, start + whole.length);
    } else if (operator === ':?') {
      const end = this.text.indexOf('}', this.at);
      if (end < 0) {
        this.at = this.text.length;
        return this.report('ETL-2008', `the \${${name}:?… is not closed`, start, start + whole.length);
      }
      const message = this.text.slice(this.at, end);
      this.at = end + 1;
      if (isMissing && wanted)
        this.report(
          'ETL-2007',
          `the environment variable ${name} is ${value === '' ? 'empty' : 'not set'}${message === '' ? '' : `: ${message}`}`,
          start,
          this.at,
        );
    } else if (isMissing && wanted) {
      this.report('ETL-2007', `the environment variable ${name} is not set`, start, this.at);
    }
    if (wanted && !isMissing) {
      if (!this.secrets.take(value.length)) {
        this.at = this.text.length;
        return this.report(
          'ETL-2003',
          'more than 1 MiB of text comes from the environment',
          start,
          start + whole.length,
        );
      }
      this.secrets.add(name, value);
      this.emit(value, start);
    }
  }

  private emit(text: string, origin: number): void {
    this.parts.push(text);
    for (let i = 0; i < text.length; i++) this.origins.push(origin);
  }
}

/** The core schema for text that arrives after the YAML was parsed: `${WORKERS:-4}` is the number 4. */
function plainValue(text: string): ScalarNode['value'] {
  if (/^(?:null|Null|NULL|~|)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?[0-9]{1,400}$/.test(text)) return scalarValue(BigInt(text.replace(/^\+/, '')), text);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text)) return scalarValue(Number(text), text);
  return text;
}
