// @ts-check

/**
 * How long ago something was: `now`, `5 min`, `2 h` or `3 d`.
 *
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** @param {number} at milliseconds since 1970 */
export function clock(at) {
  return new Date(at).toLocaleTimeString([], { timeStyle: 'short' });
}
