/**
 * Text that somebody else wrote (a row's value, a server's message, a name) made safe for one line of a terminal.
 *
 * Control characters, escape sequences, line ends, direction overrides, invisible characters and lone surrogates come out as
 * visible escapes, so that data can neither move the cursor nor forge a line of the log. Everything else stays as it is.
 */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => {
    const named = namedEscapes.get(character);
    if (named !== undefined) return named;
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

/** `printable`, but a tab is one space: for source excerpts, where carets must stay under their words. */
export function printableExcerpt(text: string): string {
  return printable(text.replaceAll('\t', ' '));
}

const namedEscapes: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

// C0 and C1 controls; format characters (direction marks and overrides, zero width, tags); line separators; lone surrogates; private use.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
