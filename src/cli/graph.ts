import type { Outcome } from '../graph/graphCall';
import { withRetries, type RetryPolicy } from '../graph/retries';

import { describeRefusal, Failure } from './failure';

/** A person waits, and a wrong address should not keep them waiting. */
export const BRIEFLY: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 200,
  timeoutMs: 30_000,
};

/** Nobody's message waits: a rate limit is sat out for half a minute. */
export const LONG: RetryPolicy = {
  retryRateLimits: true,
  attempts: 6,
  firstDelayMs: 1000,
  timeoutMs: 180_000,
};

/** For calls that may have been carried out although there was no answer; Messenger fetches a picture meanwhile. */
export const ONCE: RetryPolicy = {
  attempts: 1,
  firstDelayMs: 0,
  timeoutMs: 30_000,
};

/**
 * What a Graph call gives.
 *
 * @param what completes "Could not ..."
 * @throws Failure with what Messenger answered
 */
export async function ask<T>(
  what: string,
  run: (isGivenUp: () => boolean) => Promise<Outcome<T>>,
  policy: RetryPolicy,
): Promise<T> {
  const outcome = await withRetries(run, policy);
  if (outcome.ok) return outcome.value;
  throw new Failure(`Could not ${what}: ${describeRefusal(outcome.failure)}`);
}
