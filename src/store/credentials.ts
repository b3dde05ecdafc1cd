const REMOVED = '[removed]';

/** Longer than what an adapter has to say; what follows helps nobody. */
const MOST_CHARACTERS = 500;

/** The names that a password goes by, with the sign before it. All that follows on the line may be it. */
const NAMED =
  /((?:pass(?:word|wd|phrase)?|pwd|requirepass|masterauth|secret|token)["']?\s*(?:=|:|%3D)).*/gi;

/** Redis's command, and Redis's answer where it does not know the command. */
const COMMAND = /(\bAUTH\b|["']auth["']|args beginning with:)[^]+/g;

/**
 * An adapter's message without the passwords that it may hold. It takes away
 * too much rather than too little: a password may hold spaces, `@` and `/`, so
 * that only the end of the line is certain to be after it.
 */
export function withoutCredentials(message: string): string {
  const clean = message
    .replace(COMMAND, `$1 ${REMOVED}`)
    .split('\n')
    .map((line) => withoutUserInfo(line).replace(NAMED, `$1${REMOVED}`))
    .join('\n');
  // Only now: a URL that is cut before its `@` does not look like one with a password.
  return clean.slice(0, MOST_CHARACTERS);
}

/** Takes away what stands between the first `//` and the last `@`. By hand, as a pattern takes the square of the length. */
function withoutUserInfo(line: string): string {
  const begin = /\/\/|%2F%2F/i.exec(line);
  if (!begin) return line;
  const from = begin.index + begin[0].length;
  const to = Math.max(
    line.lastIndexOf('@'),
    line.toUpperCase().lastIndexOf('%40'),
  );
  if (to >= from) return line.slice(0, from) + REMOVED + line.slice(to);
  // Without a host too: what follows `//:` is a password or of no use.
  return line.startsWith(':', from) ? line.slice(0, from) + REMOVED : line;
}
