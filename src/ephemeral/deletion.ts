import { PersonaCleanupError } from '../errors';
import { isTransient, type GraphFailure } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { deletePersona } from '../graph/personaCalls';
import { sleep, waitAfter, withRetries, type Patience } from '../graph/retries';

/** For the tries after the first. */
const PATIENCE: Patience = {
  tries: 4,
  firstWaitMs: 500,
  withinMs: 30_000,
  sitsOutRateLimits: true,
};

/** What is to be deleted, and where. */
export interface Doomed {
  readonly page: Page;
  readonly id: string;
  readonly name: string;
}

/** Tries once; `undefined` when the persona is gone, else why it may not be. */
export async function deleteOnce({
  page,
  id,
}: Doomed): Promise<GraphFailure | undefined> {
  const outcome = await deletePersona(page, id);
  return outcome.ok ? undefined : outcome.failure;
}

/**
 * Goes on trying after a first failure.
 *
 * @throws PersonaCleanupError when it is given up
 */
export async function deleteAgain(
  doomed: Doomed,
  first: GraphFailure,
): Promise<void> {
  const { page, id } = doomed;
  if (!isTransient(first)) {
    throw new PersonaCleanupError(doomed, page.id, first);
  }
  await sleep(waitAfter(1, PATIENCE));
  const outcome = await withRetries(() => deletePersona(page, id), PATIENCE);
  if (!outcome.ok) {
    throw new PersonaCleanupError(doomed, page.id, outcome.failure);
  }
}
