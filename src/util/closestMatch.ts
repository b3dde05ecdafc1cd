/**
 * Of these names the one that was meant most likely: that with the fewest typing
 * errors, if at most a third of its characters are wrong.
 */
export function closestMatch(
  name: string,
  names: Iterable<string>,
): string | undefined {
  let best: string | undefined;
  let fewest = Infinity;
  for (const right of names) {
    const most = Math.max(
      1,
      Math.floor(Math.max(name.length, right.length) / 3),
    );
    // Told from the lengths alone, so that no text is too long to be looked at.
    if (Math.abs(name.length - right.length) > most) continue;
    const errors = typingErrors(name.toLowerCase(), right.toLowerCase());
    if (errors <= most && errors < fewest) {
      fewest = errors;
      best = right;
    }
  }
  return best;
}

/** For an error about this name: what was meant, in parentheses; nothing where no name is near. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const right = closestMatch(name, names);
  return right === undefined ? '' : ` (did you mean "${right}"?)`;
}

/** Characters left out, put in, mistaken, or swapped with the next. */
function typingErrors(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, length) => length);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforeLast, j - 2) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, to.length);
}

function at(row: number[], index: number): number {
  return row[index] ?? Infinity;
}
