import { PersonaRefusedError } from '../errors';
import type { CreationBackoff } from '../graph/creationBackoff';
import type { Outcome } from '../graph/graphCall';
import { isAmbiguous } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { createPersona, personaState } from '../graph/personaCalls';
import {
  NO_ANSWER,
  sleep,
  withRetries,
  type RetryPolicy,
} from '../graph/retries';
import type { PersonaProfile } from '../profile';
import type { PersonaStats } from '../stats';

import { KeyedLimiter, type Ticket } from './keyedLimiter';
import type { Lease } from './lease';
import type { Leases } from './leases';

/** Personas that are created at the same time on a Page: Messenger limits calls by rate. */
const CREATIONS_AT_ONCE = 16;
/** How long to wait for another process; up to half is added at random, so that two do not block each other. */
const LOOK_AFTER_MS = 100;

/** What is wanted once on a Page: a name, or an ephemeral persona with some profile. */
export interface Slot<T> {
  /** Equal keys on a Page get the same persona, in all processes. */
  readonly key: string;
  readonly persona: string;
  readonly profile: PersonaProfile;
  readonly retryPolicy: RetryPolicy;
  /** Whether an earlier persona is gone, so that one that exists may be gone too. */
  readonly isReplacement: boolean;
  /**
   * Finds and records a persona that exists besides the slot's lease.
   *
   * @param lease the claim on the slot; it ends where a persona is found
   */
  find?(
    lease: Lease | undefined,
    isGivenUp: () => boolean,
  ): Promise<Outcome<T | undefined>>;
  /** Records the persona that was created, or acquired by its lease. Never rejects. */
  settle(id: string, lease: Lease, isOwn: boolean): Promise<T>;
  /** Called with what was settled after everyone had given up. */
  onLate(value: T): void;
}

/** Obtains the one persona of a slot, in however many processes it is wanted. docs/architecture.md shows the states. */
export class PersonaCreator {
  private readonly limiter = new KeyedLimiter(CREATIONS_AT_ONCE);

  constructor(
    private readonly leases: Leases,
    private readonly backoff: CreationBackoff,
    private readonly stats: PersonaStats,
  ) {}

  /** @throws PersonaRefusedError, the same one until it may be tried again */
  async obtain<T>(page: Page, slot: Slot<T>): Promise<T> {
    this.backoff.check(page, slot.key);
    let ticket: Ticket | undefined;
    let attempt: Attempt<T> | undefined;
    const outcome = await withRetries<T>(async (isGivenUp) => {
      for (;;) {
        const found = await slot.find?.(undefined, isGivenUp);
        if (found && !found.ok) return found;
        if (found?.value !== undefined) return { ok: true, value: found.value };
        let tried: Outcome<T> = NO_ANSWER;
        ticket = this.limiter.enqueue(page.id, async () => {
          if (isGivenUp()) return;
          const { leases, stats } = this;
          attempt = new Attempt(leases, stats, page, slot, isGivenUp);
          tried = await attempt.claim();
        });
        await ticket.done;
        if (tried !== NO_ANSWER || isGivenUp()) return tried;
        await sleep(LOOK_AFTER_MS * (1 + Math.random() / 2));
      }
    }, slot.retryPolicy);
    if (outcome.ok) {
      this.backoff.succeeded(page, slot.key);
      return outcome.value;
    }
    ticket?.cancel();
    attempt?.giveUp();
    const error = new PersonaRefusedError(
      'not-created',
      slot.persona,
      page.id,
      outcome.failure,
    );
    this.backoff.failed(page, slot.key, error);
    throw error;
  }
}

class Attempt<T> {
  private creating: Lease | undefined;

  constructor(
    private readonly leases: Leases,
    private readonly stats: PersonaStats,
    private readonly page: Page,
    private readonly slot: Slot<T>,
    private readonly isGivenUp: () => boolean,
  ) {}

  /** Returns `NO_ANSWER` while another process creates the persona. */
  async claim(): Promise<Outcome<T>> {
    const { page, slot } = this;
    const lease = await this.leases.acquire(page, slot.profile, slot.key);
    if (!lease) return NO_ANSWER;
    const { id } = lease.record;
    if (id !== null) {
      // Asking costs a call.
      const isGone =
        slot.isReplacement && (await personaState(page, id)) === 'gone';
      if (!isGone) return this.settle(id, lease, false);
      await lease.remove();
      return NO_ANSWER;
    }
    const found = await slot.find?.(lease, this.isGivenUp);
    if (found?.ok && found.value !== undefined) {
      return { ok: true, value: found.value };
    }
    if (found?.ok !== false && !this.isGivenUp()) return this.create(lease);
    await lease.remove();
    return found?.ok === false ? found : NO_ANSWER;
  }

  giveUp(): void {
    if (this.creating) this.leases.unclaim(this.creating);
  }

  private async create(lease: Lease): Promise<Outcome<T>> {
    this.creating = lease;
    const created = await createPersona(this.page, this.slot.profile);
    this.creating = undefined;
    if (created.ok) {
      this.stats.created += 1;
      return this.settle(created.value, lease, true);
    }
    // The intent stays where the persona may exist all the same.
    if (isAmbiguous(created.failure)) await this.leases.leave(lease);
    else await lease.remove();
    return created;
  }

  private async settle(
    id: string,
    lease: Lease,
    isOwn: boolean,
  ): Promise<Outcome<T>> {
    const value = await this.slot.settle(id, lease, isOwn);
    if (this.isGivenUp()) this.slot.onLate(value);
    return { ok: true, value };
  }
}
