import { PersonaRefusedError } from '../errors';
import type { Outcome } from '../messenger/call';
import { mayHaveHappened, type GraphFailure } from '../messenger/graphFailure';
import type { Page } from '../messenger/page';
import { createPersona } from '../messenger/personaCalls';
import { withRetries, type Patience } from '../messenger/retries';
import type { PersonaProfile } from '../profile';

import type { Lease, Leases } from './leases';
import type { Place, Turns } from './turns';

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

/** What the making of a persona needs besides its profile. */
export interface Maker {
  readonly leases: Leases;
  /** So that creations do not come as a burst. */
  readonly turns: Turns;
  /** Told of a persona that Messenger made after nobody waited for it any more. */
  readonly endLate: (made: MadePersona) => void;
}

/**
 * Makes a persona: the intent is written down first and the ID after, so that
 * a process that dies in between leaves a trace. Tried again while the failure
 * may pass, within seconds; each try with an intent of its own, because a try
 * without an answer may have made a persona.
 *
 * @throws PersonaRefusedError
 */
export async function makePersona(
  page: Page,
  profile: PersonaProfile,
  { leases, turns, endLate }: Maker,
): Promise<MadePersona> {
  let place: Place | undefined;
  let gaveUp = false;
  const tryOnce = async (): Promise<Outcome<MadePersona>> => {
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
  };
  const outcome = await withRetries<MadePersona>(async (isGivenUp) => {
    let tried: Outcome<MadePersona> = NO_TURN;
    place = turns.enter(page.id, async () => {
      if (!isGivenUp()) tried = await tryOnce();
    });
    await place.over;
    return tried;
  }, PATIENCE);
  if (outcome.ok) return outcome.value;
  gaveUp = true;
  place?.leave();
  throw new PersonaRefusedError(
    'not-made',
    profile.name,
    page.id,
    outcome.failure,
  );
}

const NO_TURN: Outcome<never> = {
  ok: false,
  failure: { message: 'too many personas were to be made at a time' },
};

/** Leaves the intent behind where the persona may exist all the same. */
async function settle(lease: Lease, failure: GraphFailure): Promise<void> {
  if (mayHaveHappened(failure)) lease.abandon();
  else await lease.end();
}
