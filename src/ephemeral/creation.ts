import { PersonaRefusedError } from '../errors';
import type { Outcome } from '../graph/call';
import { mayHaveHappened } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { createPersona } from '../graph/personaCalls';
import { NO_ANSWER, sleep, withRetries, type Patience } from '../graph/retries';
import type { PersonaProfile } from '../profile';

import type { Lease } from './lease';
import type { Leases } from './leases';
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
  /** Whether this process made it, and not another one. */
  isOwn: boolean;
}

/** So often it is looked whether another process has made the persona. */
const LOOK_EVERY_MS = 100;

/** What the making of a persona needs besides its profile. */
export interface Maker {
  /** Equal slots on a Page are shared. */
  readonly slot: string;
  readonly leases: Leases;
  /** So that creations do not come as a burst. */
  readonly turns: Turns;
  /** Told of a persona that Messenger made after nobody waited for it any more. */
  readonly endLate: (made: MadePersona) => void;
}

/**
 * Takes up what another process has made, or makes a persona: the intent is
 * written down first and the ID after, so that a process that dies in between
 * leaves a trace. Tried again while the failure
 * may pass, within seconds; each try with an intent of its own, because a try
 * without an answer may have made a persona.
 *
 * @throws PersonaRefusedError
 */
export async function makePersona(
  page: Page,
  profile: PersonaProfile,
  { slot, leases, turns, endLate }: Maker,
): Promise<MadePersona> {
  let place: Place | undefined;
  let gaveUp = false;
  let underWay: Lease | undefined;
  const takeOrMake = async (): Promise<Outcome<MadePersona>> => {
    const lease = await leases.take(page, profile, slot);
    // Another process is making it.
    if (!lease) return NO_ANSWER;
    underWay = lease;
    const { id } = lease.record;
    const outcome: Outcome<string> =
      id === null ? await make(lease) : { ok: true, value: id };
    if (!outcome.ok) return outcome;
    const made = { id: outcome.value, lease, isOwn: id === null };
    if (gaveUp) endLate(made);
    return { ok: true, value: made };
  };
  const make = async (lease: Lease): Promise<Outcome<string>> => {
    const created = await createPersona(page, profile);
    if (created.ok) await lease.complete(created.value);
    // The intent stays where the persona may exist all the same.
    else if (mayHaveHappened(created.failure)) await leases.leave(lease);
    else await lease.end();
    return created;
  };
  const outcome = await withRetries<MadePersona>(async (isGivenUp) => {
    for (;;) {
      let tried: Outcome<MadePersona> = NO_ANSWER;
      place = turns.enter(page.id, async () => {
        if (!isGivenUp()) tried = await takeOrMake();
      });
      await place.over;
      if (tried !== NO_ANSWER || isGivenUp()) return tried;
      await sleep(LOOK_EVERY_MS);
    }
  }, PATIENCE);
  if (outcome.ok) return outcome.value;
  gaveUp = true;
  place?.leave();
  if (underWay) leases.unclaim(underWay);
  throw new PersonaRefusedError(
    'not-made',
    profile.name,
    page.id,
    outcome.failure,
  );
}
