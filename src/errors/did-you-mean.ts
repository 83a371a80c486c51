/**
 * The known word that somebody probably meant, or null when nothing is near enough to be worth saying.
 *
 * Near: at most a third of the letters differ (insert, delete, replace, swap two neighbours), letter case aside; where more
 * than one does, the first is right: `height` is not `right`.
 * Longer words are not compared: a hostile name of a megabyte costs nothing.
 */
export function didYouMean(word: string, known: Iterable<string>): string | null {
  if (word.length > 64) return null;
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const name = candidate.toLowerCase();
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, name.length) / 3));
    // A word that another begins with is a good guess too: `key` for `key_template`.
    const isPrefix = wanted.length >= 3 && name.length >= 3 && (name.startsWith(wanted) || wanted.startsWith(name));
    const distance = isPrefix ? Math.min(limit, editDistance(wanted, name)) : editDistance(wanted, name);
    const isNear = distance <= 1 || name[0] === wanted[0];
    if (isNear && distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean "key"?`, or undefined: fits the `hint` of an EtlError. */
export function didYouMeanHint(word: string, known: Iterable<string>): string | undefined {
  const guess = didYouMean(word, known);
  return guess === null ? undefined : `did you mean "${guess}"?`;
}

/** Optimal string alignment distance (Damerau–Levenshtein without overlapping swaps), three rows at a time. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j - 1] + (same ? 0 : 1), last[j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2] + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
