import { PersonaRefusedError } from '../errors';
import { mayHaveHappened, type GraphFailure } from '../messenger/graphFailure';
import type { Page } from '../messenger/page';
import { createPersona } from '../messenger/personaCalls';
import { withRetries, type Patience } from '../messenger/retries';
import type { PersonaProfile } from '../profile';

import type { Lease, Leases } from './leases';

/** After this a customer should have an answer, from the Page if need be. */
const PATIENCE: Patience = {
  tries: 3,
  firstWaitMs: 200,
  withinMs: 4000,
};

/** A persona that Messenger made, and the lease that says so. */
export interface MadePersona {
  id: string;
  lease: Lease;
}

/**
 * Makes a persona: the intent is written down first and the ID after, so that
 * a process that dies in between leaves a trace. Tried again while the failure
 * may pass, within seconds; each try with an intent of its own, because a try
 * without an answer may have made a persona.
 *
 * @param endLate told of a persona that Messenger made after nobody waited for it any more
 * @throws PersonaRefusedError
 */
export async function makePersona(
  page: Page,
  profile: PersonaProfile,
  leases: Leases,
  endLate: (made: MadePersona) => void,
): Promise<MadePersona> {
  let gaveUp = false;
  const outcome = await withRetries<MadePersona>(async () => {
    const lease = await leases.open(page, profile);
    const created = await createPersona(page, profile);
    if (!created.ok) {
      await settle(lease, created.failure);
      return created;
    }
    await lease.complete(created.value);
    const made = { id: created.value, lease };
    if (gaveUp) endLate(made);
    return { ok: true, value: made };
  }, PATIENCE);
  if (outcome.ok) return outcome.value;
  gaveUp = true;
  throw new PersonaRefusedError(
    'not-made',
    profile.name,
    page.id,
    outcome.failure,
  );
}

/** Leaves the intent behind where the persona may exist all the same. */
async function settle(lease: Lease, failure: GraphFailure): Promise<void> {
  if (mayHaveHappened(failure)) lease.abandon();
  else await lease.end();
}
