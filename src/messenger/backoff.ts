/** How often something is tried, and how long the waits between grow. */
export interface Backoff {
  /** Tries in all, the first included. */
  tries: number;
  /** The first wait in milliseconds; each further one is twice as long. */
  firstWaitMs: number;
}

/**
 * Waits after the try of this number (1 for the first), with jitter: half of
 * the wait is drawn, so that those who failed together do not return together.
 */
export function waitAfter(
  attempt: number,
  { firstWaitMs }: Backoff,
): Promise<void> {
  const wait = firstWaitMs * 2 ** (attempt - 1);
  return sleep(wait / 2 + (Math.random() * wait) / 2);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
