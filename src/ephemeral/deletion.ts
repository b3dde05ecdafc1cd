import { PersonaCleanupError } from '../errors';
import { isTransient, type GraphFailure } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { deletePersona } from '../graph/personaCalls';
import {
  sleep,
  retryDelay,
  withRetries,
  type RetryPolicy,
} from '../graph/retries';

/** For the tries after the first. */
const RETRY_POLICY: RetryPolicy = {
  attempts: 4,
  firstDelayMs: 500,
  timeoutMs: 30_000,
  retryRateLimits: true,
};

/** A persona to be deleted. */
export interface DeletionTarget {
  readonly page: Page;
  readonly id: string;
  readonly name: string;
}

/** Tries once; `undefined` when the persona is gone, else why it may not be. */
export async function deleteOnce({
  page,
  id,
}: DeletionTarget): Promise<GraphFailure | undefined> {
  const outcome = await deletePersona(page, id);
  return outcome.ok ? undefined : outcome.failure;
}

/**
 * Retries after a first failure.
 *
 * @throws PersonaCleanupError when it gives up
 */
export async function retryDeletion(
  target: DeletionTarget,
  first: GraphFailure,
): Promise<void> {
  const { page, id } = target;
  if (!isTransient(first)) {
    throw new PersonaCleanupError(target, page.id, first);
  }
  await sleep(retryDelay(1, RETRY_POLICY));
  const outcome = await withRetries(
    () => deletePersona(page, id),
    RETRY_POLICY,
  );
  if (!outcome.ok) {
    throw new PersonaCleanupError(target, page.id, outcome.failure);
  }
}
