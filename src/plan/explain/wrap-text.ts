/** Text into lines of a width, cut at blanks; lines after the first stand under `hang`. A word that is too long stays whole. */
export function wrapText(text: string, width: number, first: string, hang: string): readonly string[] {
  const words = text.split(/\s+/u).filter((word) => word !== '');
  return wrapWords(words, width, first, hang);
}

/** The same for words that may hold blanks. */
export function wrapWords(words: readonly string[], width: number, first: string, hang: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = hang;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line.trimEnd()];
}
