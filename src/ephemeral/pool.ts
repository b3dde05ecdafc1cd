/**
 * ephemeral/ is about personas that live as long as they are used: created once
 * for all who want them, leased, deleted after the last use, and swept by another
 * process where one died. `personaCreator.ts` serves the directory's names too.
 */
import { debug } from '../util/debug';
import { PersonaCleanupError, type PersonaError } from '../errors';
import { Backoff } from '../graph/backoff';
import { isRateLimit } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { MAX_TIMER_MS, withTimeout } from '../util/withTimeout';
import type { PersonaProfile } from '../profile';
import type { PersonaStats } from '../stats';

import { deleteOnce, retryDeletion, type DeletionTarget } from './deletion';
import { EphemeralSlot, type EphemeralPersonaUse } from './ephemeralSlot';
import { KeyedLimiter } from './keyedLimiter';
import type { Leases, ReportCleanup } from './leases';
import type { PersonaCreator } from './personaCreator';
import { keyOf, SharedPersona } from './sharedPersona';

/** How long a handler waits for the first try of a deletion; retries go on without it. */
const FIRST_DELETION_MS = 5000;
/** Personas that are deleted at the same time on a Page: Messenger limits calls by rate. */
const DELETIONS_AT_ONCE = 8;

/** Creates personas when they are first needed, and deletes them `lingerMs` after their last use. */
export class EphemeralPool {
  private readonly shared = new Map<string, SharedPersona>();
  private readonly endings = new Set<Promise<void>>();
  private readonly deletions = new KeyedLimiter(DELETIONS_AT_ONCE);
  /** Pages whose rate limit a deletion ran into. */
  private readonly limited = new Backoff<true>();
  private whenEmpty: (() => void)[] = [];
  private isClosed = false;

  constructor(
    private readonly leases: Leases,
    private readonly creator: PersonaCreator,
    private readonly lingerMs: number,
    private readonly report: ReportCleanup,
    private readonly stats: PersonaStats,
  ) {
    leases.whenNoneIsHeld(() => this.resolveIfEmpty());
  }

  /**
   * A persona with this profile on this Page. The caller releases it once.
   *
   * @throws PersonaRefusedError when Messenger did not create it; the same one
   * until it may be tried again
   */
  async acquire(page: Page, profile: PersonaProfile): Promise<SharedPersona> {
    const persona =
      this.shared.get(keyOf(page, profile)) ?? this.add(page, profile);
    persona.users += 1;
    clearTimeout(persona.linger);
    persona.linger = undefined;
    persona.ticket?.cancel();
    persona.ticket = undefined;
    if (persona.current) {
      this.stats.shared += 1;
      debug('shared %o on the Page %s', profile.name, page.id);
    }
    try {
      await persona.ready();
      return persona;
    } catch (error) {
      persona.users -= 1;
      this.removeUnlessNeeded(persona);
      throw error;
    }
  }

  /**
   * Ends one use. Without `lingerMs`, resolves after the last use when the
   * persona is deleted, its first deletion failed, or that takes too long; what
   * follows then goes on by itself. Never rejects.
   */
  async release(persona: SharedPersona): Promise<void> {
    persona.users -= 1;
    if (persona.users > 0) return;
    if (this.lingerMs === 0 || this.isClosed) {
      return withTimeout(this.end(persona), FIRST_DELETION_MS, undefined);
    }
    persona.linger = setTimeout(
      () => void this.end(persona),
      this.lingerMs,
    ).unref();
  }

  /**
   * Deletes what lingers now, and what is in use after its last use; resolves
   * when nothing is left, or after the timeout: then the rest is reported, and
   * left to the sweep. Personas created later do not linger. Never rejects.
   */
  async close(timeoutMs: number): Promise<void> {
    this.isClosed = true;
    this.leases.close();
    for (const persona of this.shared.values()) {
      if (!persona.linger) continue;
      clearTimeout(persona.linger);
      void this.end(persona);
    }
    if (this.isEmpty) return;
    const emptied = new Promise<boolean>((resolve) =>
      this.whenEmpty.push(() => resolve(true)),
    );
    // A process with nothing else to do would end before anything was reported.
    const staying = setTimeout(() => {}, MAX_TIMER_MS);
    const isEmptied = await withTimeout(emptied, timeoutMs, false);
    clearTimeout(staying);
    if (isEmptied) return;
    for (const lease of this.leases.held()) {
      lease.abandon();
      const { id, pageId, name, profilePictureUrl } = lease.record;
      const target = id === null ? { name } : { id, name };
      const failure = { message: 'close() did not wait for it any longer' };
      this.report(new PersonaCleanupError(target, pageId, failure), {
        id,
        name,
        profilePictureUrl,
      });
    }
  }

  /** Deletes a persona that this process created and nobody is to use. */
  endSurplus(
    page: Page,
    profile: PersonaProfile,
    surplus: EphemeralPersonaUse,
  ): void {
    this.track(this.letGo(page, profile, surplus));
  }

  /** A persona that exists, or may be coming to exist, has a lease. */
  private get isEmpty(): boolean {
    return this.endings.size === 0 && this.leases.isNoneHeld;
  }

  private add(page: Page, profile: PersonaProfile): SharedPersona {
    const persona = new SharedPersona(page, profile, (isReplacement) =>
      this.obtain(page, profile, isReplacement),
    );
    this.shared.set(persona.key, persona);
    return persona;
  }

  private async obtain(
    page: Page,
    profile: PersonaProfile,
    isReplacement: boolean,
  ): Promise<EphemeralPersonaUse> {
    const slot = new EphemeralSlot(profile, isReplacement, (late) =>
      this.endSurplus(page, profile, late),
    );
    const obtained = await this.creator.obtain(page, slot);
    if (!obtained.isOwn) this.stats.shared += 1;
    debug(
      '%s %o on the Page %s: %s',
      obtained.isOwn ? 'made' : 'shared with another process',
      profile.name,
      page.id,
      obtained.id,
    );
    return obtained;
  }

  private removeUnlessNeeded(persona: SharedPersona): void {
    if (persona.users > 0 || persona.current) return;
    this.remove(persona);
  }

  private remove(persona: SharedPersona): void {
    if (this.shared.get(persona.key) === persona) {
      this.shared.delete(persona.key);
    }
  }

  /**
   * Many may expire at once, after a busy hour: they are deleted a few at a time.
   * Until its deletion begins a persona can be used again, which cancels it.
   */
  private end(persona: SharedPersona): Promise<void> {
    const { page, profile } = persona;
    persona.linger = undefined;
    persona.ticket ??= this.deletions.enqueue(page.id, async () => {
      persona.ticket = undefined;
      this.remove(persona);
      if (persona.current) await this.letGo(page, profile, persona.current);
    });
    const { done } = persona.ticket;
    this.track(done);
    return done;
  }

  /** Deletes the persona, unless other processes use it; where the store is away, when it is back. */
  private async letGo(
    page: Page,
    profile: PersonaProfile,
    use: EphemeralPersonaUse,
  ): Promise<void> {
    const released = await this.leases.release(use.lease, () =>
      this.deletions.enqueue(page.id, () => this.delete(page, profile, use)),
    );
    if (released === 'last') await this.delete(page, profile, use);
  }

  /** Resolves after the first try. */
  private async delete(
    page: Page,
    profile: PersonaProfile,
    { id, lease }: EphemeralPersonaUse,
  ): Promise<void> {
    const target: DeletionTarget = { page, id, name: profile.name };
    const failure = await deleteOnce(target);
    if (!failure) {
      this.limited.succeeded(page.id);
      this.countDeletion(target);
      return lease.remove();
    }
    if (isRateLimit(failure)) {
      this.deletions.pause(page.id, this.limited.failed(page.id, true));
    }
    const retrying = retryDeletion(target, failure).then(
      () => {
        this.countDeletion(target);
        return lease.remove();
      },
      (error: PersonaError) => {
        if (!lease.isHeld) return;
        lease.abandon();
        this.report(error, { id, ...profile });
      },
    );
    this.track(retrying);
  }

  private countDeletion({ page, id, name }: DeletionTarget): void {
    this.stats.deleted += 1;
    debug('deleted %o of the Page %s: %s', name, page.id, id);
  }

  private track(ending: Promise<void>): void {
    this.endings.add(ending);
    void ending.then(() => {
      this.endings.delete(ending);
      this.resolveIfEmpty();
    });
  }

  private resolveIfEmpty(): void {
    if (!this.isEmpty) return;
    for (const resolve of this.whenEmpty.splice(0)) resolve();
  }
}
