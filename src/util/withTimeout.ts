/** The longest delay of a timer, in milliseconds. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Resolves to `late` after `ms` milliseconds. The timer does not keep the process alive. */
export async function withTimeout<T, L>(
  promise: Promise<T>,
  ms: number,
  late: L,
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<L>((resolve) => {
    timer = setTimeout(resolve, ms, late).unref();
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
