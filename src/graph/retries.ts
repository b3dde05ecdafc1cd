import { withTimeout } from '../util/withTimeout';

import type { Outcome } from './call';
import { isRateLimit, isTransient, type GraphFailure } from './graphFailure';

/** What stands for an answer that has not come, within the time or yet. */
export const NO_ANSWER: Outcome<never> = {
  ok: false,
  failure: { message: 'there was no answer in time' },
};

/** How often something is tried, and how long. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  tries: number;
  /** The wait after the first try, in milliseconds; each further one is twice as long. */
  firstWaitMs: number;
  /** After this many milliseconds it is given up, answered or not. */
  withinMs: number;
  /** Try again after a rate limit too: only where nobody's message waits, as those limits last. */
  sitsOutRateLimits?: boolean;
}

/**
 * Tries a Graph call again while its failure may pass, within bounds.
 *
 * @param run is told, when it asks, whether nobody waits for it any more: then it should stop
 */
export async function withRetries<T>(
  run: (isGivenUp: () => boolean) => Promise<Outcome<T>>,
  patience: RetryPolicy,
): Promise<Outcome<T>> {
  const deadline = Date.now() + patience.withinMs;
  let givenUp = false;
  const isGivenUp = () => givenUp;
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = Math.max(0, deadline - Date.now());
    const outcome = await withTimeout(run(isGivenUp), leftMs, NO_ANSWER);
    // Only this one can still be under way: the others have been answered.
    givenUp = outcome === NO_ANSWER;
    const waitMs = waitAfter(attempt, patience);
    if (
      outcome.ok ||
      !mayPass(outcome.failure, patience) ||
      attempt === patience.tries ||
      Date.now() + waitMs >= deadline
    ) {
      return outcome;
    }
    await sleep(waitMs);
  }
}

function mayPass(failure: GraphFailure, patience: RetryPolicy): boolean {
  if (isRateLimit(failure)) return patience.sitsOutRateLimits === true;
  return isTransient(failure);
}

/**
 * How long to wait after the try of this number (1 for the first). Half of it is
 * drawn, so that those who failed together do not come back together.
 */
export function waitAfter(
  attempt: number,
  { firstWaitMs }: RetryPolicy,
): number {
  const wait = firstWaitMs * 2 ** (attempt - 1);
  return wait / 2 + (Math.random() * wait) / 2;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
