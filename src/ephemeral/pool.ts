/**
 * ephemeral/ is about personas that live as long as they are used: created once,
 * leased, deleted after the last use, and swept where a process died.
 *
 * A block has a `PersonaHandle`. All handles of a profile on a Page share one
 * `SharedPersona`, which the pool keeps. It has one `Lease`: what the store knows
 * of its use in this process. `PersonaCreator` obtains that lease.
 */
import { createHash } from 'node:crypto';

import { debug } from '../util/debug';
import { Backoff } from '../graph/backoff';
import { isRateLimit } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { deletePersona } from '../graph/personaCalls';
import { withRetries, type RetryPolicy } from '../graph/retries';
import { MAX_TIMER_MS, withTimeout } from '../util/withTimeout';
import type { PersonaProfile } from '../profile';
import type { PersonaStats } from '../stats';

import { KeyedLimiter } from './keyedLimiter';
import type { Lease } from './lease';
import type { Leases } from './leases';
import type { PersonaCreator, Slot } from './personaCreator';
import { SharedPersona, sharingKey } from './sharedPersona';

/** After this a customer should have an answer, from the Page if need be. */
const CREATION_POLICY: RetryPolicy = {
  attempts: 3,
  firstDelayMs: 200,
  timeoutMs: 4000,
};
const DELETION_POLICY: RetryPolicy = {
  attempts: 5,
  firstDelayMs: 500,
  timeoutMs: 30_000,
  retryRateLimits: true,
};
/** How long a handler waits for the first try of a deletion; retries go on without it. */
const FIRST_DELETION_MS = 5000;
/** Personas that are deleted at the same time on a Page: Messenger limits calls by rate. */
const DELETIONS_AT_ONCE = 8;

/** Creates personas when they are first needed, and deletes them `lingerMs` after their last use. */
export class EphemeralPool {
  private readonly shared = new Map<string, SharedPersona>();
  private readonly pending = new Set<Promise<unknown>>();
  private readonly deletions = new KeyedLimiter(DELETIONS_AT_ONCE);
  private readonly limited = new Backoff<true>();
  private isClosed = false;

  constructor(
    private readonly leases: Leases,
    private readonly creator: PersonaCreator,
    private readonly lingerMs: number,
    private readonly stats: PersonaStats,
  ) {}

  /** @throws PersonaRefusedError, the same one until it may be tried again */
  async acquire(page: Page, profile: PersonaProfile): Promise<SharedPersona> {
    const persona =
      this.shared.get(sharingKey(page, profile)) ?? this.add(page, profile);
    persona.users += 1;
    persona.page.client = page.client;
    clearTimeout(persona.linger);
    persona.linger = undefined;
    if (persona.current) {
      this.stats.shared += 1;
      debug('shared %o on the Page %s', profile.name, page.id);
    }
    try {
      await persona.ready();
      return persona;
    } catch (error) {
      persona.users -= 1;
      if (persona.users === 0 && !persona.current) this.remove(persona);
      throw error;
    }
  }

  /** Ends one use. Without `lingerMs`, resolves after the first try to delete the persona. Never rejects. */
  async release(persona: SharedPersona): Promise<void> {
    persona.users -= 1;
    if (persona.users > 0) return;
    if (this.lingerMs === 0 || this.isClosed) {
      return withTimeout(
        this.deleteUnused(persona),
        FIRST_DELETION_MS,
        undefined,
      );
    }
    persona.linger = setTimeout(
      () => void this.deleteUnused(persona),
      this.lingerMs,
    ).unref();
  }

  /**
   * Deletes what lingers now, and what is in use after its last use. Resolves when
   * nothing is left, or after the timeout, when the rest is reported and left to
   * the sweep. Never rejects.
   */
  async close(timeoutMs: number): Promise<void> {
    this.isClosed = true;
    this.leases.close();
    for (const persona of this.shared.values()) {
      if (!persona.linger) continue;
      clearTimeout(persona.linger);
      void this.deleteUnused(persona);
    }
    // A process with nothing else to do would end before anything was reported.
    const staying = setTimeout(() => {}, MAX_TIMER_MS);
    await withTimeout(this.emptied(), timeoutMs, undefined);
    clearTimeout(staying);
    const failure = { message: 'close() did not wait for it any longer' };
    for (const lease of this.leases.held()) this.leases.giveUp(lease, failure);
  }

  /** Deletes a persona that this process created and nobody is to use. */
  endSurplus(lease: Lease): void {
    this.track(this.releaseLease(lease));
  }

  /** A persona that exists, or may be coming to exist, has a lease. */
  private async emptied(): Promise<void> {
    while (this.pending.size > 0 || !this.leases.isNoneHeld) {
      await Promise.allSettled(this.pending);
      await this.leases.noneHeld();
    }
  }

  private add(page: Page, profile: PersonaProfile): SharedPersona {
    const persona = new SharedPersona(page, profile, (own, isReplacement) =>
      this.obtain(own, profile, isReplacement),
    );
    this.shared.set(persona.key, persona);
    return persona;
  }

  private async obtain(
    page: Page,
    profile: PersonaProfile,
    isReplacement: boolean,
  ): Promise<Lease> {
    const slot = ephemeralSlot(profile, isReplacement, (late) =>
      this.endSurplus(late),
    );
    const lease = await this.creator.obtain(page, slot);
    const { id, isJoined } = lease;
    if (isJoined) this.stats.shared += 1;
    const how = isJoined ? 'shared with another process' : 'created';
    debug('%s %o on the Page %s: %s', how, profile.name, page.id, id);
    return lease;
  }

  private remove(persona: SharedPersona): void {
    const { key } = persona;
    if (this.shared.get(key) === persona) this.shared.delete(key);
  }

  /**
   * Many may expire at once, after a busy hour: they are deleted a few at a time.
   * A persona that is used again until then is not deleted.
   */
  private deleteUnused(persona: SharedPersona): Promise<void> {
    const pageId = persona.page.id;
    persona.linger = undefined;
    persona.ending ??= this.deletions.run(pageId, async () => {
      const waitMs = this.limited.remainingMs(pageId);
      if (waitMs > 0) await idle(waitMs);
      persona.ending = undefined;
      if (persona.users > 0 || persona.linger) return;
      this.remove(persona);
      if (persona.current) await this.releaseLease(persona.current);
    });
    this.track(persona.ending);
    return persona.ending;
  }

  /** Deletes the persona, unless other processes use it; where the store is away, when it is back. */
  private async releaseLease(lease: Lease): Promise<void> {
    const deleteLater = () =>
      void this.deletions.run(lease.page.id, () => this.delete(lease));
    if (await this.leases.release(lease, deleteLater)) await this.delete(lease);
  }

  private async delete(lease: Lease): Promise<void> {
    const { id, page, record } = lease;
    const first = deletePersona(page, id);
    let tries = 0;
    const deleting = withRetries(() => {
      tries += 1;
      return tries === 1 ? first : deletePersona(page, id);
    }, DELETION_POLICY).then((outcome) => {
      if (!outcome.ok) return this.leases.giveUp(lease, outcome.failure);
      this.stats.deleted += 1;
      debug('deleted %o of the Page %s: %s', record.name, page.id, id);
      return lease.remove();
    });
    this.track(deleting);
    const outcome = await first;
    if (outcome.ok) {
      this.limited.succeeded(page.id);
      await deleting;
    } else if (isRateLimit(outcome.failure)) this.limited.failed(page.id, true);
  }

  /** Lets `close()` wait for this too. */
  track(work: Promise<unknown>): void {
    const done = () => this.pending.delete(work);
    this.pending.add(work);
    work.then(done, done);
  }
}

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
    retryPolicy: CREATION_POLICY,
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

/** Without keeping the process alive. */
function idle(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
