import { isTransient, type GraphFailure } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { deletePersona } from '../graph/personaCalls';
import {
  sleep,
  retryDelay,
  withRetries,
  type RetryPolicy,
} from '../graph/retries';

const RETRY_POLICY: RetryPolicy = {
  attempts: 4,
  firstDelayMs: 500,
  timeoutMs: 30_000,
  retryRateLimits: true,
};

/** Repeats a deletion that has failed. Resolves to the last failure, or to `undefined` once the persona is deleted. */
export async function retryDeletion(
  page: Page,
  id: string,
  first: GraphFailure,
): Promise<GraphFailure | undefined> {
  if (!isTransient(first)) return first;
  await sleep(retryDelay(1, RETRY_POLICY));
  const outcome = await withRetries(
    () => deletePersona(page, id),
    RETRY_POLICY,
  );
  return outcome.ok ? undefined : outcome.failure;
}
