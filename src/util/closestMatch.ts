/** The name with the fewest typing errors, if at most a third of its characters are wrong. */
export function closestMatch(
  name: string,
  names: Iterable<string>,
): string | undefined {
  let closest: string | undefined;
  let fewest = Infinity;
  for (const candidate of names) {
    const longest = Math.max(name.length, candidate.length);
    const allowed = Math.max(1, Math.floor(longest / 3));
    // The lengths alone rule out most, so that no long text is compared.
    if (Math.abs(name.length - candidate.length) > allowed) continue;
    const errors = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (errors > allowed || errors >= fewest) continue;
    fewest = errors;
    closest = candidate;
  }
  return closest;
}

/** A suggestion for an error message, with a space in front; empty when no name is close. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const match = closestMatch(name, names);
  return match === undefined ? '' : ` (did you mean "${match}"?)`;
}

/** Describes what is wrong with a value unless it is one of these words; `false` if it is. */
export const mustBeOneOf =
  (...words: string[]) =>
  (value: unknown): string | false =>
    !words.some((word) => word === value) &&
    `must be ${words.map((word) => `'${word}'`).join(' or ')}` +
      (typeof value === 'string' ? didYouMean(value, words) : '');

/** The Damerau-Levenshtein distance: insertions, deletions, substitutions and swaps. */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let i = 0; i <= from.length; i += 1) {
    const row: number[] = [];
    rows.push(row);
    for (let j = 0; j <= to.length; j += 1) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row[j] = Math.min(
        i === 0 ? j : at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(i - 2, j - 2) + 1 : Infinity,
      );
    }
  }
  return at(from.length, to.length);
}
