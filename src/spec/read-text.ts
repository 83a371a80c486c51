/**
 * Bytes of a job file → clean text. The only file of this folder that touches the disk.
 *
 * Never reads more than the limit, whatever the path names (a device, a pipe, a file that grows). What comes out is
 * UTF-8 without byte order mark and without characters that a person cannot see.
 */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { EtlError } from '../errors/etl-error.js';
import { SourceText, unprintable } from './source-text.js';

export const LARGEST_FILE = 1 << 20;
/** The job file that is read from standard input. */
const STDIN = '-';

/** The file's text; null where there is no such file and `optional` says that this is fine. */
export async function readSourceText(file: string, optional = false): Promise<SourceText | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readAtMost(file, LARGEST_FILE + 1);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (optional && (code === 'ENOENT' || code === 'ENOTDIR')) return null;
    throw new EtlError('ETL-2001', `cannot read the job file: ${reasons[code ?? ''] ?? String(code)}`, {
      at: { file },
      cause: error,
    });
  }
  return checkText(file, bytes);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  ELOOP: 'its symbolic links go in circles',
  ENAMETOOLONG: 'its name is too long',
};

/** Opened so that a pipe to which nobody writes ends at once, instead of waiting for somebody. */
async function readAtMost(file: string, limit: number): Promise<Uint8Array> {
  if (file === STDIN) return readStdin(limit);
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = new Uint8Array(limit);
    let filled = 0;
    while (filled < limit) {
      const bytesRead = await readSome(handle, buffer, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/** Waits where a pipe has a writer that has written nothing yet. */
async function readSome(handle: FileHandle, buffer: Uint8Array, at: number): Promise<number> {
  for (;;) {
    try {
      return (await handle.read(buffer, at, buffer.length - at, null)).bytesRead;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await setTimeout(10);
    }
  }
}

async function readStdin(limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

/** Bytes → text, or the error that says what is wrong with them. */
export function checkText(file: string, bytes: Uint8Array): SourceText {
  if (bytes.length > LARGEST_FILE)
    throw new EtlError('ETL-2003', 'the file is larger than 1 MiB: it is read up to here', {
      at: { file, ...endPlace(bytes.subarray(0, LARGEST_FILE)) },
    });
  const wide = wideEncoding(bytes);
  if (wide !== null)
    throw new EtlError('ETL-2004', `the file is ${wide}, not UTF-8`, { at: { file, line: 1, column: 1 } });
  const text = new TextDecoder('utf-8').decode(bytes);
  const source = new SourceText(file, text);
  if (!isUtf8(bytes)) {
    const at = text.indexOf('\ufffd');
    throw new EtlError('ETL-2004', 'a byte here is not UTF-8', { at: source.place(at) });
  }
  return checkCharacters(source);
}

/** Line and column behind the last byte. */
function endPlace(bytes: Uint8Array): { line: number; column: number } {
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) line++;
  const lastLine = bytes.subarray(bytes.lastIndexOf(10) + 1);
  return { line, column: new TextDecoder().decode(lastLine).length + 1 };
}

/** For text that did not come from a file, and the second half of `checkText`. */
export function checkCharacters(source: SourceText): SourceText {
  if (source.text.length > LARGEST_FILE)
    throw new EtlError('ETL-2003', 'the text is larger than 1 MiB', { at: { file: source.file } });
  const withoutLineEnds = source.text.replace(/\r\n/g, '\n\n'); // same length: offsets stay
  const at = withoutLineEnds.search(unprintable);
  if (at < 0) return source;
  const character = source.text.charCodeAt(at);
  const message =
    character === 13
      ? 'a lone carriage return: a line ends with a line feed'
      : `the character U+${character.toString(16).toUpperCase().padStart(4, '0')} may not stand in a job file`;
  throw new EtlError('ETL-2004', message, { at: source.place(at) });
}

function wideEncoding(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length >= 4 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  // Without a mark: every second byte of ASCII is zero.
  if (bytes.length >= 4 && ((a === 0 && b !== 0 && c === 0 && d !== 0) || (a !== 0 && b === 0 && c !== 0 && d === 0)))
    return 'UTF-16';
  return null;
}
