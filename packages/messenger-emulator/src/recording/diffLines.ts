/** Lists longer than this are compared line by line, without moving lines. */
const MAX_LINES = 2000;

/**
 * The difference between two lists of lines: `  ` before common lines, `- ` before
 * removed ones, `+ ` before added ones.
 */
export function diffLines(
  before: readonly string[],
  after: readonly string[],
): string[] {
  const lengths = commonLengths(
    before.slice(0, MAX_LINES),
    after.slice(0, MAX_LINES),
  );
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const now = after[j];
    if (old !== undefined && old === now) {
      lines.push(`  ${old}`);
      i += 1;
      j += 1;
    } else if (
      now === undefined ||
      (old !== undefined && at(i + 1, j) >= at(i, j + 1))
    ) {
      lines.push(`- ${old}`);
      i += 1;
    } else {
      lines.push(`+ ${now}`);
      j += 1;
    }
  }
  return lines;
}

/** At [i][j], how many lines the rest of both lists have in common, in order. */
function commonLengths(
  before: readonly string[],
  after: readonly string[],
): Uint16Array[] {
  const lengths = Array.from(
    { length: before.length + 1 },
    () => new Uint16Array(after.length + 1),
  );
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (!row) continue;
      row[j] =
        before[i] === after[j]
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
