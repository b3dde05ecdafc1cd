/** The longest that a timer can run, in milliseconds. */
export const LONGEST_MS = 2 ** 31 - 1;

/**
 * What the promise gives, or `late` when that takes longer than `ms`
 * milliseconds. Waiting keeps no process alive.
 */
export async function withTimeout<T, L>(
  promise: Promise<T>,
  ms: number,
  late: L,
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Promise<L>((resolve) => {
    timer = setTimeout(resolve, ms, late).unref();
  });
  try {
    return await Promise.race([promise, waiting]);
  } finally {
    clearTimeout(timer);
  }
}
