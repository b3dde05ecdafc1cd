const REMOVED = '[removed]';

/** Longer than an adapter's own messages. */
const MAX_CHARACTERS = 500;

/** A property that holds a password. The rest of the line may be part of it. */
const NAMED =
  /((?:pass(?:word|wd|phrase)?|pwd|requirepass|masterauth|secret|token)["']?\s*(?:=|:|%3D)).*/gi;

/** Redis's command, and its answer to an unknown command. */
const COMMAND = /(\bAUTH\b|["']auth["']|args beginning with:)[^]+/g;

/**
 * Removes the passwords from an adapter's message. It removes too much rather
 * than too little, as a password may contain spaces, `@` and `/`.
 */
export function withoutCredentials(message: string): string {
  const clean = message
    .replace(COMMAND, `$1 ${REMOVED}`)
    .split('\n')
    .map((line) => withoutUserInfo(line).replace(NAMED, `$1${REMOVED}`))
    .join('\n');
  // Shortened last, as a URL that is cut before its `@` would not be recognised.
  return clean.slice(0, MAX_CHARACTERS);
}

/** Removes what is between the first `//` and the last `@`. Without a pattern, which would take quadratic time. */
function withoutUserInfo(line: string): string {
  const begin = /\/\/|%2F%2F/i.exec(line);
  if (!begin) return line;
  const from = begin.index + begin[0].length;
  const to = Math.max(
    line.lastIndexOf('@'),
    line.toUpperCase().lastIndexOf('%40'),
  );
  if (to >= from) return line.slice(0, from) + REMOVED + line.slice(to);
  // A URL may lack the host.
  return line.startsWith(':', from) ? line.slice(0, from) + REMOVED : line;
}
