import type { Outcome } from '../graph/graphCall';
import { withRetries, type RetryPolicy } from '../graph/retries';

import { explainFailure, CommandError } from './commandErrors';

/** A person waits, possibly for an unreachable address. */
export const SHORT_RETRIES: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 200,
  timeoutMs: 30_000,
};

/** No message waits, so rate limits are waited out for half a minute. */
export const LONG_RETRIES: RetryPolicy = {
  retryRateLimits: true,
  attempts: 6,
  firstDelayMs: 1000,
  timeoutMs: 180_000,
};

/** For calls that may be carried out although no answer arrives. Creating takes long, because Messenger fetches the picture. */
export const NO_RETRIES: RetryPolicy = {
  attempts: 1,
  firstDelayMs: 0,
  timeoutMs: 30_000,
};

/**
 * Calls Graph with retries and resolves to the value.
 *
 * @param what completes "Could not ..."
 * @throws CommandError with Messenger's answer
 */
export async function callGraph<T>(
  what: string,
  run: (signal: AbortSignal) => Promise<Outcome<T>>,
  policy: RetryPolicy,
): Promise<T> {
  const outcome = await withRetries(run, policy);
  if (outcome.ok) return outcome.value;
  throw new CommandError(
    `Could not ${what}: ${explainFailure(outcome.failure)}`,
  );
}
