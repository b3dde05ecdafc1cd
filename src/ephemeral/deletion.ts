import { PersonaCleanupError } from '../errors';
import { isTransient, type GraphFailure } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { deletePersona } from '../graph/personaCalls';
import {
  sleep,
  waitAfter,
  withRetries,
  type RetryPolicy,
} from '../graph/retries';

const RETRY_POLICY: RetryPolicy = {
  tries: 4,
  firstWaitMs: 500,
  withinMs: 30_000,
  sitsOutRateLimits: true,
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
  await sleep(waitAfter(1, RETRY_POLICY));
  const outcome = await withRetries(
    () => deletePersona(page, persona.id),
    RETRY_POLICY,
  );
  if (!outcome.ok) {
    throw new PersonaCleanupError(persona, page.id, outcome.failure);
  }
}
