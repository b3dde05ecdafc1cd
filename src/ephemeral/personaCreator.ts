import { PersonaRefusedError } from '../errors';
import { Backoff } from '../graph/backoff';
import type { Outcome } from '../graph/graphCall';
import { isAmbiguous, isRateLimit } from '../graph/graphFailure';
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

import { KeyedLimiter } from './keyedLimiter';
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
  /** How long one attempt to create it may take, in milliseconds. */
  readonly createTimeoutMs?: number;
  /** Whether an earlier persona is gone, so that one that exists may be gone too. */
  readonly isReplacement: boolean;
  /** Whether the persona of the slot's lease may be used. */
  accepts?(lease: Lease): boolean;
  /**
   * Finds and records a persona that exists without a lease. Resolves to
   * `undefined` if there is none.
   *
   * @param lease the claim on the slot; it ends where a persona is found
   */
  find?(lease: Lease): Promise<Outcome<T> | undefined>;
  /** Records the persona that was created, or acquired by its lease. If it rejects, so does `obtain`. */
  settle(id: string, lease: Lease): Promise<T>;
  /** Called with what was settled after everyone had given up. */
  onLate(value: T): void;
}

interface Attempt<T> {
  readonly page: Page;
  readonly slot: Slot<T>;
  /** Aborted when no one waits for the persona any more. */
  readonly signal: AbortSignal;
}

/** Obtains the one persona of a slot, in however many processes it is wanted. docs/architecture.md shows the states. */
export class PersonaCreator {
  private readonly limiter = new KeyedLimiter(CREATIONS_AT_ONCE);
  /** By Page after a rate limit, else by slot. */
  private readonly backoff = new Backoff<PersonaRefusedError>();

  constructor(
    private readonly leases: Leases,
    private readonly stats: PersonaStats,
  ) {}

  /** @throws PersonaRefusedError, the same one until it may be tried again */
  async obtain<T>(page: Page, slot: Slot<T>): Promise<T> {
    const key = JSON.stringify([page.id, slot.key]);
    const earlier = this.backoff.waiting(page.id) ?? this.backoff.waiting(key);
    if (earlier) throw earlier;
    const outcome = await withRetries(
      (signal) => this.attempt({ page, slot, signal }),
      slot.retryPolicy,
    );
    if (outcome.ok) {
      this.backoff.succeeded(key);
      return outcome.value;
    }
    const { failure } = outcome;
    const error = new PersonaRefusedError(
      'not-created',
      slot.persona,
      page.id,
      failure,
    );
    this.backoff.failed(isRateLimit(failure) ? page.id : key, error);
    throw error;
  }

  private async attempt<T>(attempt: Attempt<T>): Promise<Outcome<T>> {
    const { page, slot, signal } = attempt;
    // A name that only has to be looked up does not wait for ephemeral personas.
    const lane = JSON.stringify([page.id, slot.find !== undefined]);
    for (;;) {
      const outcome = await this.limiter.run(lane, () => this.claim(attempt));
      if (outcome) return outcome;
      if (signal.aborted) return NO_ANSWER;
      await sleep(LOOK_AFTER_MS * (1 + Math.random() / 2));
    }
  }

  /** Resolves to `undefined` while another process creates the persona. */
  private async claim<T>(
    attempt: Attempt<T>,
    rejectedKey?: string,
  ): Promise<Outcome<T> | undefined> {
    const { page, slot, signal } = attempt;
    if (signal.aborted) return undefined;
    const lease = await this.leases.acquire(page, slot.profile, slot.key);
    if (!lease) return undefined;
    if (!lease.isIntent) {
      const isAccepted = slot.accepts?.(lease) ?? true;
      // Asking costs a call.
      const isGone =
        isAccepted &&
        slot.isReplacement &&
        (await personaState(page, lease.id)) === 'gone';
      if (isAccepted && !isGone) return settle(attempt, lease.id, lease);
      if (lease.key !== rejectedKey) {
        await lease.remove();
        return this.claim(attempt, lease.key);
      }
      // The store keeps what was removed: it is read-only, or reads an old copy.
      lease.goAlone();
    }
    const found = await slot.find?.(lease);
    if (found?.ok) return found;
    // Looking for it takes its time.
    const isClaimed = !slot.find || (await this.leases.isStillClaimed(lease));
    if (!found && isClaimed && !signal.aborted) {
      return this.create(attempt, lease);
    }
    await lease.remove();
    return found;
  }

  private async create<T>(
    attempt: Attempt<T>,
    lease: Lease,
  ): Promise<Outcome<T>> {
    const { page, slot, signal } = attempt;
    const unclaim = () => this.leases.unclaim(lease);
    signal.addEventListener('abort', unclaim);
    const created = await createPersona(
      page,
      slot.profile,
      slot.createTimeoutMs,
    );
    signal.removeEventListener('abort', unclaim);
    if (created.ok) {
      this.stats.created += 1;
      return settle(attempt, created.value, lease);
    }
    // The intent stays where the persona may exist all the same.
    if (isAmbiguous(created.failure)) await this.leases.leave(lease);
    else await lease.remove();
    return created;
  }
}

async function settle<T>(
  { slot, signal }: Attempt<T>,
  id: string,
  lease: Lease,
): Promise<Outcome<T>> {
  const value = await slot.settle(id, lease);
  if (signal.aborted) slot.onLate(value);
  return { ok: true, value };
}
