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
/** How long to wait before looking again whether another process has created the persona; up to half is added at random, so that two do not block each other. */
const LOOK_AFTER_MS = 100;

/** What is wanted once on a Page, and what is done with its persona: a name's, or that of blocks with equal profiles. */
export interface Slot<T> {
  /** Equal keys on a Page get the same persona, in all processes. */
  readonly key: string;
  /** The persona as it was given, for errors. */
  readonly persona: string;
  readonly profile: PersonaProfile;
  readonly retryPolicy: RetryPolicy;
  /** Whether an earlier persona is gone, so that one that exists may be gone too. */
  readonly isReplacement: boolean;
  /** Where the slot's persona may be found besides its lease. */
  readonly lookup?: Lookup<T>;
  /** Records the persona that was created, or acquired by its lease. Never rejects. */
  settle(id: string, lease: Lease, isOwn: boolean): Promise<T>;
  /** Called with what was settled after everyone had given up. */
  onLate(value: T): void;
}

/** Finds a slot's persona besides its lease. */
export interface Lookup<T> {
  /**
   * The ID of a persona that exists.
   *
   * @param lease the claim on the slot, under which nothing read before counts
   * @param isGivenUp tells whether no one waits any more
   */
  find(
    lease: Lease | undefined,
    isGivenUp: () => boolean,
  ): Promise<Outcome<string | undefined>>;
  /** Never finds this ID again, as it is gone from the Page. */
  exclude(id: string): void;
  /** Records what was found, and ends the claim under which it was. Never rejects. */
  use(id: string, lease: Lease | undefined): Promise<T>;
}

/**
 * Obtains the one persona of a slot, in however many processes it is wanted:
 * claims the slot, which records an intent, creates the persona and settles it;
 * or waits for another process that does, and takes over when that dies.
 * docs/architecture.md shows the states.
 */
export class PersonaCreator {
  private readonly limiter = new KeyedLimiter(CREATIONS_AT_ONCE);

  constructor(
    private readonly leases: Leases,
    private readonly backoff: CreationBackoff,
    private readonly stats: PersonaStats,
  ) {}

  /**
   * Retries within bounds while a failure may be temporary; each creation has an
   * intent of its own, because one without an answer may have succeeded.
   *
   * @throws PersonaRefusedError, the same one until it may be tried again
   */
  async obtain<T>(page: Page, slot: Slot<T>): Promise<T> {
    this.backoff.check(page, slot.key);
    const attempt = new Attempt(this.leases, this.stats, page, slot);
    let ticket: Ticket | undefined;
    const outcome = await withRetries<T>(async (isGivenUp) => {
      for (;;) {
        const found = await attempt.lookUp(undefined, isGivenUp);
        if (!found.ok) return found;
        if (found.value !== undefined) return { ok: true, value: found.value };
        let tried: Outcome<T> = NO_ANSWER;
        ticket = this.limiter.enqueue(page.id, async () => {
          if (!isGivenUp()) tried = await attempt.claim(isGivenUp);
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
    attempt.giveUp();
    const { failure } = outcome;
    const error = new PersonaRefusedError(
      'not-made',
      slot.persona,
      page.id,
      failure,
    );
    this.backoff.failed(page, slot.key, error);
    throw error;
  }
}

/** One call of `obtain`. */
class Attempt<T> {
  /** The claim under which a creation is under way. */
  private creating: Lease | undefined;

  constructor(
    private readonly leases: Leases,
    private readonly stats: PersonaStats,
    private readonly page: Page,
    private readonly slot: Slot<T>,
  ) {}

  /** What is found besides a lease, if it is not gone. */
  async lookUp(
    lease: Lease | undefined,
    isGivenUp: () => boolean,
  ): Promise<Outcome<T | undefined>> {
    const { lookup } = this.slot;
    while (lookup) {
      const found = await lookup.find(lease, isGivenUp);
      if (!found.ok) return found;
      if (found.value === undefined) break;
      // Under a claim the Page's list was read just now.
      if (lease || !(await this.isGone(found.value))) {
        return { ok: true, value: await lookup.use(found.value, lease) };
      }
      lookup.exclude(found.value);
    }
    return { ok: true, value: undefined };
  }

  /** Claims the slot and creates its persona. `NO_ANSWER` while another process does. */
  async claim(isGivenUp: () => boolean): Promise<Outcome<T>> {
    const { page, slot } = this;
    const lease = await this.leases.acquire(page, slot.profile, slot.key);
    if (!lease) return NO_ANSWER;
    const { id } = lease.record;
    if (id !== null) {
      if (!(await this.isGone(id))) {
        return this.settle(id, lease, false, isGivenUp);
      }
      await lease.remove();
      return NO_ANSWER;
    }
    const found = await this.lookUp(lease, isGivenUp);
    if (found.ok && found.value === undefined && !isGivenUp()) {
      return this.create(lease, isGivenUp);
    }
    if (found.ok && found.value !== undefined) {
      return { ok: true, value: found.value };
    }
    await lease.remove();
    return found.ok ? NO_ANSWER : found;
  }

  /** Lets others create the persona while a creation is not answered. */
  giveUp(): void {
    if (this.creating) this.leases.unclaim(this.creating);
  }

  private async settle(
    id: string,
    lease: Lease,
    isOwn: boolean,
    isGivenUp: () => boolean,
  ): Promise<Outcome<T>> {
    const value = await this.slot.settle(id, lease, isOwn);
    if (isGivenUp()) this.slot.onLate(value);
    return { ok: true, value };
  }

  private async create(
    lease: Lease,
    isGivenUp: () => boolean,
  ): Promise<Outcome<T>> {
    this.creating = lease;
    const created = await createPersona(this.page, this.slot.profile);
    this.creating = undefined;
    if (created.ok) {
      this.stats.made += 1;
      return this.settle(created.value, lease, true, isGivenUp);
    }
    // The intent stays where the persona may exist all the same.
    if (isAmbiguous(created.failure)) await this.leases.leave(lease);
    else await lease.remove();
    return created;
  }

  /** A replacement may be gone as well; asking costs a call, so it is done for replacements only. */
  private async isGone(id: string): Promise<boolean> {
    if (!this.slot.isReplacement) return false;
    return (await personaState(this.page, id)) === 'gone';
  }
}
