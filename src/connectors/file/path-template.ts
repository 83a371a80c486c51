/**
 * Where a file sink writes: `out/{country}/part-{subtask}.csv`.
 *
 * `root` is the part before the first placeholder's folder, the job author's own words; what data puts behind it is
 * encoded so that it is always one name of one folder below: `a/b` → `a%2Fb`, `..` → `%2E.`.
 */
import { posix } from 'node:path';
import { ByteWriter } from '../../columnar/byte-writer.js';
import type { Column } from '../../columnar/column.js';
import { isValid } from '../../columnar/column.js';
import { textWriter } from '../../columnar/write-text.js';

export type PathPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'subtask' }
  | { readonly kind: 'column'; readonly name: string };

export interface PathTemplate {
  /** Folder, relative to the job file or absolute; '.' for none. */
  readonly root: string;
  /** Names below it: folders, and last the file. */
  readonly names: readonly (readonly PathPart[])[];
}

export class PathTemplateError extends Error {}

const MAX_NAME_BYTES = 255;

/** @throws PathTemplateError. */
export function parsePath(path: string): PathTemplate {
  if (path.includes('\0')) throw new PathTemplateError('it holds a NUL');
  const pieces = path.split('/');
  const file = pieces.pop()!;
  if (file === '' || file === '.' || file === '..')
    throw new PathTemplateError('it names a folder; add the name of a file');
  const split = pieces.findIndex((piece) => /[{}]/.test(piece));
  const fixed = split < 0 ? pieces : pieces.slice(0, split);
  const folders = split < 0 ? [] : pieces.slice(split);
  for (const piece of folders) {
    if (piece === '' || piece === '.' || piece === '..')
      throw new PathTemplateError(`"${piece}" stands behind a placeholder`);
  }
  const root = fixed.length === 0 ? '.' : posix.normalize(fixed.join('/') || '/');
  const names = [...folders, file].map(parseName);
  for (const name of names) {
    const size = Buffer.byteLength(name.map((part) => (part.kind === 'text' ? part.text : '')).join(''));
    if (size > MAX_NAME_BYTES) throw new PathTemplateError('a name in it is longer than 255 bytes');
  }
  return { root, names };
}

/** `part-{subtask}` → its parts; `{{` and `}}` are braces. */
function parseName(name: string): PathPart[] {
  const parts: PathPart[] = [];
  let text = '';
  for (let at = 0; at < name.length; at++) {
    const letter = name[at];
    if ((letter === '{' || letter === '}') && name[at + 1] === letter) {
      text += letter;
      at++;
    } else if (letter === '{') {
      const close = name.indexOf('}', at);
      const inside = close < 0 ? '' : name.slice(at + 1, close).trim();
      if (inside === '' || inside.includes('{'))
        throw new PathTemplateError('a { is not closed, or holds nothing; {{ is a brace');
      if (text !== '') parts.push({ kind: 'text', text });
      text = '';
      parts.push(inside === 'subtask' ? { kind: 'subtask' } : { kind: 'column', name: inside });
      at = close;
    } else if (letter === '}') throw new PathTemplateError('a } closes nothing; }} is a brace');
    else text += letter;
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

export function placeholders(template: PathTemplate): readonly PathPart[] {
  return template.names.flat().filter((part) => part.kind !== 'text');
}

/** The template with `-{subtask}` before the file's extension. */
export function withSubtask({ root, names }: PathTemplate): PathTemplate {
  const file = names[names.length - 1];
  const last = file[file.length - 1];
  const text = last.kind === 'text' ? last.text : '';
  const extension = /(\.[a-z0-9]{1,8}(\.gz)?)?$/i.exec(text)![0];
  const stem = text.slice(0, text.length - extension.length);
  const head = last.kind === 'text' ? file.slice(0, -1) : file;
  const tail: PathPart[] = [{ kind: 'text', text: `${stem}-` }, { kind: 'subtask' }];
  if (extension !== '') tail.push({ kind: 'text', text: extension });
  return { root, names: [...names.slice(0, -1), [...head, ...tail]] };
}

/** The template as text again, relative to its root. */
export function renderTemplate({ root, names }: PathTemplate): string {
  const tail = names.map((name) =>
    name
      .map((part) => (part.kind === 'text' ? part.text : part.kind === 'subtask' ? '{subtask}' : `{${part.name}}`))
      .join(''),
  );
  return posix.join(root, ...tail);
}

/**
 * The path below the root for one row: encoded names joined by `/`, or null where a name would be longer than file
 * systems allow. `texts`: PostgreSQL's text of each column part in order, null for NULL.
 */
export function expandPath(template: PathTemplate, subtask: number, texts: readonly (string | null)[]): string | null {
  let next = 0;
  const names = template.names.map((parts) => {
    const name = parts
      .map((part) =>
        part.kind === 'text' ? part.text : part.kind === 'subtask' ? String(subtask) : encodeValue(texts[next++]),
      )
      .join('');
    if (name === '.' || name === '..') return name.replaceAll('.', '%2E');
    // Data does not hide files either.
    return name.startsWith('.') && parts[0].kind !== 'text' ? `%2E${name.slice(1)}` : name;
  });
  return names.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES) ? null : names.join('/');
}

const NULL_NAME = '__NULL__';
const EMPTY_NAME = '__EMPTY__';

/** One value as a piece of a name. Different values give different pieces. */
function encodeValue(text: string | null): string {
  if (text === null) return NULL_NAME;
  if (text === '') return EMPTY_NAME;
  const encoded = text.replace(/[\u0000-\u001f\u007f%/\\:*?"<>|{}]/g, percent);
  return encoded === NULL_NAME || encoded === EMPTY_NAME ? encoded.replace('_', '%5F') : encoded;
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * Finds which rows go to which file without making strings for each: the values' bytes are compared with those of the
 * row before.
 */
export class RowPaths {
  private readonly out = new ByteWriter(64);
  private last: Buffer = Buffer.alloc(0);
  private lastPath: string | null | undefined = undefined;
  private readonly known = new Map<string, string | null>();
  private readonly columns: readonly string[];

  constructor(
    private readonly template: PathTemplate,
    private readonly subtask: number,
  ) {
    this.columns = placeholders(template).flatMap((part) => (part.kind === 'column' ? [part.name] : []));
  }

  /** The path of each row of a batch; `columns` finds a column by name. */
  forBatch(columns: (name: string) => Column): (row: number) => string | null {
    const cells = this.columns.map(columns);
    if (cells.length === 0) {
      const path = expandPath(this.template, this.subtask, []);
      return () => path;
    }
    const writers = cells.map(textWriter);
    const { out } = this;
    return (row) => {
      out.clear();
      for (let i = 0; i < cells.length; i++) {
        // The length tells where a value ends; -1 is NULL.
        const start = out.length;
        out.reserve(4);
        out.length += 4;
        if (isValid(cells[i], row)) {
          writers[i](row, out);
          out.bytes.writeInt32LE(out.length - start - 4, start);
        } else out.bytes.writeInt32LE(-1, start);
      }
      const key = out.view();
      if (this.lastPath !== undefined && key.equals(this.last)) return this.lastPath;
      this.last = Buffer.from(key);
      return (this.lastPath = this.lookUp(this.last));
    };
  }

  private lookUp(key: Buffer): string | null {
    const name = key.toString('latin1');
    let path = this.known.get(name);
    if (path === undefined) {
      const texts: (string | null)[] = [];
      for (let at = 0; at < key.length;) {
        const length = key.readInt32LE(at);
        at += 4;
        texts.push(length < 0 ? null : key.toString('utf8', at, at + length));
        at += Math.max(0, length);
      }
      path = expandPath(this.template, this.subtask, texts);
      if (this.known.size > 20_000) this.known.clear();
      this.known.set(name, path);
    }
    return path;
  }
}
