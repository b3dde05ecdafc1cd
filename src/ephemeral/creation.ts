import { PersonaCreationError } from '../errors';
import { waitAfter, type Backoff } from '../messenger/backoff';
import type { Outcome } from '../messenger/call';
import {
  isTransient,
  mayHaveHappened,
  type GraphFailure,
} from '../messenger/graphFailure';
import type { Page } from '../messenger/page';
import { createPersona } from '../messenger/personaCalls';
import type { PersonaProfile } from '../profile';

import type { Lease, Leases } from './leases';

const BACKOFF: Backoff = { tries: 3, firstWaitMs: 200 };

/** After this a customer should have an answer, from the Page if need be. */
const PATIENCE_MS = 4000;

/** A persona that Messenger made, and the lease that says so. */
export interface MadePersona {
  id: string;
  lease: Lease;
}

/**
 * Makes a persona: the intent is written down first and the ID after, so that
 * a process that dies in between leaves a trace. Tried again while the failure
 * may pass, within seconds.
 *
 * @param endLate told of a persona that Messenger made after nobody waited for it any more
 * @throws PersonaCreationError
 */
export async function makePersona(
  page: Page,
  profile: PersonaProfile,
  leases: Leases,
  endLate: (made: MadePersona) => void,
): Promise<MadePersona> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let attempt = 1; ; attempt += 1) {
    const lease = await leases.open(page, profile);
    const creating = createPersona(page, profile);
    const outcome = await Promise.race([creating, noAnswerAt(deadline)]);
    if (outcome.ok) {
      await lease.complete(outcome.value);
      return { id: outcome.value, lease };
    }
    const { failure } = outcome;
    if (failure === NO_ANSWER) {
      void creating.then(async (late) => {
        if (!late.ok) return settle(lease, late.failure);
        await lease.complete(late.value);
        endLate({ id: late.value, lease });
      });
    } else {
      await settle(lease, failure);
    }
    if (
      !isTransient(failure) ||
      attempt === BACKOFF.tries ||
      Date.now() >= deadline
    ) {
      throw new PersonaCreationError(profile, page.id, failure);
    }
    await waitAfter(attempt, BACKOFF);
  }
}

/** Leaves the intent behind where the persona may exist all the same. */
async function settle(lease: Lease, failure: GraphFailure): Promise<void> {
  if (mayHaveHappened(failure)) lease.abandon();
  else await lease.end();
}

const NO_ANSWER: GraphFailure = {
  message: `no answer within ${PATIENCE_MS / 1000} seconds`,
};

function noAnswerAt(deadline: number): Promise<Outcome<never>> {
  return new Promise((resolve) => {
    const waitMs = Math.max(0, deadline - Date.now());
    setTimeout(resolve, waitMs, { ok: false, failure: NO_ANSWER }).unref();
  });
}
