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

const RETRY_POLICY: RetryPolicy = {
  attempts: 4,
  firstDelayMs: 500,
  timeoutMs: 30_000,
  retryRateLimits: true,
};

/** @throws PersonaCleanupError when it gives up */
export async function retryDeletion(
  page: Page,
  persona: { readonly id: string; readonly name: string },
  first: GraphFailure,
): Promise<void> {
  if (!isTransient(first)) {
    throw new PersonaCleanupError(persona, page.id, first);
  }
  await sleep(retryDelay(1, RETRY_POLICY));
  const outcome = await withRetries(
    () => deletePersona(page, persona.id),
    RETRY_POLICY,
  );
  if (!outcome.ok) {
    throw new PersonaCleanupError(persona, page.id, outcome.failure);
  }
}
