import { withTimeout } from '../util/withTimeout';

import type { Outcome } from './graphCall';
import { isRateLimit, isTransient, type GraphFailure } from './graphFailure';

/** The outcome if no attempt has been answered before the timeout. */
export const NO_ANSWER: Outcome<never> = {
  ok: false,
  failure: { message: 'there was no answer in time' },
};

export interface RetryPolicy {
  /** Including the first. */
  attempts: number;
  /** The delay before the second attempt, in milliseconds; doubles for each further one. */
  firstDelayMs: number;
  /** For all attempts together, in milliseconds. */
  timeoutMs: number;
  /** Only for calls that no message waits for, because rate limits last long. */
  retryRateLimits?: boolean;
}

/**
 * Retries a Graph call while its failure may be temporary.
 *
 * @param run its signal is aborted when the caller has stopped waiting
 */
export async function withRetries<T>(
  run: (signal: AbortSignal) => Promise<Outcome<T>>,
  policy: RetryPolicy,
): Promise<Outcome<T>> {
  const deadline = performance.now() + policy.timeoutMs;
  const givenUp = new AbortController();
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = Math.max(0, deadline - performance.now());
    const outcome = await withTimeout(run(givenUp.signal), leftMs, NO_ANSWER);
    if (outcome === NO_ANSWER) givenUp.abort();
    const delayMs = retryDelay(attempt, policy);
    if (
      outcome.ok ||
      !isRetryable(outcome.failure, policy) ||
      attempt === policy.attempts ||
      performance.now() + delayMs >= deadline
    ) {
      return outcome;
    }
    await sleep(delayMs);
  }
}

function isRetryable(failure: GraphFailure, policy: RetryPolicy): boolean {
  return isRateLimit(failure)
    ? policy.retryRateLimits === true
    : isTransient(failure);
}

/** The delay in milliseconds after an attempt, counted from 1. Half of it is jitter. */
export function retryDelay(
  attempt: number,
  { firstDelayMs }: RetryPolicy,
): number {
  const delayMs = firstDelayMs * 2 ** (attempt - 1);
  return (delayMs / 2) * (1 + Math.random());
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
