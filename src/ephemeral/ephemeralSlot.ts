import { createHash } from 'node:crypto';

import type { RetryPolicy } from '../graph/retries';
import type { PersonaProfile } from '../profile';

import type { Lease } from './lease';
import type { Slot } from './personaCreator';

/** After this a customer should have an answer, from the Page if need be. */
const RETRY_POLICY: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 200,
  timeoutMs: 4000,
};

/** Shared by processes that want an ephemeral persona with the same profile. */
export function ephemeralSlot(
  profile: PersonaProfile,
  isReplacement: boolean,
  onLate: (lease: Lease) => void,
): Slot<Lease> {
  return {
    key: slotOf(profile),
    persona: profile.name,
    profile,
    retryPolicy: RETRY_POLICY,
    isReplacement,
    onLate,
    async settle(id, lease) {
      if (!lease.isJoined) await lease.complete(id);
      return lease;
    },
  };
}

/** Digested, as a URL may be long. */
export function slotOf({ name, profilePictureUrl }: PersonaProfile): string {
  const profile = JSON.stringify([name, profilePictureUrl]);
  return `fly:${createHash('sha256').update(profile).digest('base64url')}`;
}
