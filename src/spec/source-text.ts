/**
 * The text of one file and the way from an offset in it to `file:line:column` with the line as an excerpt.
 *
 * Offsets count UTF-16 units from 0; lines and columns start at 1. An excerpt is safe to print: control characters are
 * made visible and what looks like a secret is covered, both without moving the columns.
 */
import type { ErrorPlace } from '../errors/etl-error.js';

/** A line longer than this is not shown: the column says enough. */
const LONGEST_EXCERPT = 300;

export class SourceText {
  readonly file: string;
  readonly text: string;
  private lineStarts: Int32Array | null = null;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** The place of `[start, end)`; what goes over the end of the line is not underlined. */
  place(start: number, end: number = start + 1): ErrorPlace {
    const at = Math.max(0, Math.min(start, this.text.length));
    const line = this.lineOf(at);
    const lineStart = this.starts[line];
    const lineEnd = line + 1 < this.starts.length ? this.starts[line + 1] : this.text.length;
    const content = this.text
      .slice(lineStart, Math.min(lineEnd, lineStart + LONGEST_EXCERPT + 2))
      .replace(/\r?\n$/, '');
    const length = Math.max(1, Math.min(end, lineStart + content.length) - at);
    const place = { file: this.file, line: line + 1, column: at - lineStart + 1 };
    return content.length > LONGEST_EXCERPT ? place : { ...place, excerpt: safeExcerpt(content), length };
  }

  private get starts(): Int32Array {
    if (this.lineStarts === null) {
      const starts = new Int32Array(lineCount(this.text));
      for (let line = 1; line < starts.length; line++) starts[line] = this.text.indexOf('\n', starts[line - 1]) + 1;
      this.lineStarts = starts;
    }
    return this.lineStarts;
  }

  private lineOf(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lineCount(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** C0, DEL, C1, line separators, direction overrides, the byte order mark: nothing that a person would type, all able to mislead one. */
export const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/;

const everyUnprintable = new RegExp(unprintable.source, 'g');

function safeExcerpt(line: string): string {
  return coverSecrets(line.replace(/\t/g, ' ').replace(everyUnprintable, '\ufffd'));
}

/** The password of a URL, and the value of a key that is named like a secret; `${VARIABLE}` stays. */
export function coverSecrets(line: string): string {
  return line
    .replace(/(\w:\/\/[^\s/:@"']*:)([^\s@"']+)(?=@)/g, cover)
    .replace(
      /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|credentials?)["']?\s*[:=]\s*["']?)([^\s"'#,}&]+)/gi,
      cover,
    );
}

function cover(whole: string, before: string, secret: string): string {
  return /\$\{/.test(secret) ? whole : before + '*'.repeat(secret.length);
}

/** A name or value of the user's, quoted for a sentence: short, one line, nothing invisible. */
export function quoted(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return `"${short.replace(everyUnprintable, '\ufffd').replace(/[\t\n]/g, ' ')}"`;
}
