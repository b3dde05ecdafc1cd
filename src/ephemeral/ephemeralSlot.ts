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

/** An ephemeral persona, and the lease under which this process uses it. */
export interface EphemeralPersonaUse {
  readonly id: string;
  readonly lease: Lease;
  /** Whether this process created it. */
  readonly isOwn: boolean;
}

/** Where processes meet that want an ephemeral persona with the same profile. */
export class EphemeralSlot implements Slot<EphemeralPersonaUse> {
  readonly key: string;
  readonly persona: string;
  readonly retryPolicy = RETRY_POLICY;

  constructor(
    readonly profile: PersonaProfile,
    readonly isReplacement: boolean,
    readonly onLate: (use: EphemeralPersonaUse) => void,
  ) {
    this.key = slotOf(profile);
    this.persona = profile.name;
  }

  async settle(
    id: string,
    lease: Lease,
    isOwn: boolean,
  ): Promise<EphemeralPersonaUse> {
    if (isOwn) await lease.complete(id);
    return { id, lease, isOwn };
  }
}

/** Digested, as a URL may be long. */
export function slotOf({ name, profilePictureUrl }: PersonaProfile): string {
  const profile = JSON.stringify([name, profilePictureUrl]);
  return `fly:${createHash('sha256').update(profile).digest('base64url')}`;
}
