/** How often something is tried, and how long the waits between grow. */
export interface Backoff {
  /** Tries in all, the first included. */
  tries: number;
  /** The first wait in milliseconds; each further one is twice as long. */
  firstWaitMs: number;
}

/** Waits before try `next` (2 for the second), with jitter: half of the wait is drawn. */
export function waitBefore(next: number, { firstWaitMs }: Backoff) {
  const wait = firstWaitMs * 2 ** (next - 2);
  return sleep(wait / 2 + (Math.random() * wait) / 2);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
