/**
 * ephemeral/ is about personas made on the fly: shared while they are used, leased
 * so that nothing is left behind, deleted after the last use, and swept up by
 * whoever comes next where a process died.
 */
import { debug } from '../util/debug';
import {
  PersonaCleanupError,
  type PersonaError,
  type PersonaRefusedError,
} from '../errors';
import { Backoff } from '../graph/backoff';
import type { CreationWaits } from '../graph/creationWaits';
import { isRateLimit } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { LONGEST_MS, withTimeout } from '../util/withTimeout';
import type { PersonaProfile } from '../profile';
import type { PersonaStats } from '../stats';

import { makePersona, type MadePersona } from './creation';
import { deleteAgain, deleteOnce, type Doomed } from './deletion';
import type { Leases, ReportCleanup } from './leases';
import { keyOf, SharedPersona, slotOf } from './sharedPersona';
import { Turns } from './turns';

/** A handler waits so long for the first try of a deletion; what follows goes on by itself. */
const FIRST_DELETION_MS = 5000;
/** So many personas are made at once on a Page, */
const CREATIONS_AT_ONCE = 16;
/** and so many deleted: Messenger limits calls by rate. */
const DELETIONS_AT_ONCE = 8;

/** Makes personas when they are first needed, and deletes them `lingerMs` after their last use. */
export class EphemeralPool {
  private readonly shared = new Map<string, SharedPersona>();
  private readonly endings = new Set<Promise<void>>();
  private readonly creations = new Turns(CREATIONS_AT_ONCE);
  private readonly deletions = new Turns(DELETIONS_AT_ONCE);
  /** Pages whose rate limit a deletion ran into. */
  private readonly limited = new Backoff<true>();
  private whenEmpty: (() => void)[] = [];
  private closed = false;

  constructor(
    private readonly leases: Leases,
    private readonly lingerMs: number,
    private readonly waits: CreationWaits,
    private readonly report: ReportCleanup,
    private readonly stats: PersonaStats,
  ) {
    leases.whenNoneIsHeld(() => this.tellIfEmpty());
  }

  /**
   * A persona with this profile on this Page. Whoever acquires it releases it, once.
   *
   * @throws PersonaRefusedError when Messenger did not make it; the same one
   * until it may be tried again
   */
  async acquire(page: Page, profile: PersonaProfile): Promise<SharedPersona> {
    const persona =
      this.shared.get(keyOf(page, profile)) ?? this.add(page, profile);
    persona.users += 1;
    clearTimeout(persona.linger);
    persona.linger = undefined;
    persona.place?.leave();
    persona.place = undefined;
    if (persona.made) {
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
    if (this.lingerMs === 0 || this.closed) {
      return withTimeout(this.end(persona), FIRST_DELETION_MS, undefined);
    }
    persona.linger = setTimeout(
      () => void this.end(persona),
      this.lingerMs,
    ).unref();
  }

  /**
   * Ends what lingers now, and what is in use with its last use; resolves when
   * nothing is left, or the time is over: then the rest is told, and left to the
   * sweep. What is made later does not linger. Never rejects.
   */
  async close(timeoutMs: number): Promise<void> {
    this.closed = true;
    for (const persona of this.shared.values()) {
      if (!persona.linger) continue;
      clearTimeout(persona.linger);
      void this.end(persona);
    }
    if (this.isEmpty) return;
    const emptied = new Promise<boolean>((resolve) =>
      this.whenEmpty.push(() => resolve(true)),
    );
    // A process with nothing else to do would end before anything was told.
    const staying = setTimeout(() => {}, LONGEST_MS);
    const isEmptied = await withTimeout(emptied, timeoutMs, false);
    clearTimeout(staying);
    if (isEmptied) return;
    for (const lease of this.leases.held()) {
      lease.abandon();
      const { id, pageId, name, profilePictureUrl } = lease.record;
      const doomed = id === null ? { name } : { id, name };
      const failure = { message: 'close() did not wait for it any longer' };
      this.report(new PersonaCleanupError(doomed, pageId, failure), {
        id,
        name,
        profilePictureUrl,
      });
    }
  }

  /** Deletes a persona that this process made and nobody is to use. */
  endSurplus(page: Page, profile: PersonaProfile, made: MadePersona): void {
    this.track(this.letGo(page, profile, made));
  }

  /** What exists, or may be coming to exist, has a lease. */
  private get isEmpty(): boolean {
    return this.endings.size === 0 && this.leases.isNoneHeld;
  }

  private add(page: Page, profile: PersonaProfile): SharedPersona {
    const persona = new SharedPersona(page, profile, () =>
      this.make(page, profile),
    );
    this.shared.set(persona.key, persona);
    return persona;
  }

  private async make(
    page: Page,
    profile: PersonaProfile,
  ): Promise<MadePersona> {
    const key = keyOf(page, profile);
    this.waits.check(page, key);
    try {
      const made = await makePersona(page, profile, {
        slot: slotOf(profile),
        leases: this.leases,
        turns: this.creations,
        endLate: (late) => this.endSurplus(page, profile, late),
      });
      this.waits.succeeded(page, key);
      if (made.isOwn) this.stats.made += 1;
      else this.stats.shared += 1;
      debug(
        '%s %o on the Page %s: %s',
        made.isOwn ? 'made' : 'shared with another process',
        profile.name,
        page.id,
        made.id,
      );
      return made;
    } catch (error) {
      this.waits.failed(page, key, error as PersonaRefusedError);
      throw error;
    }
  }

  private removeUnlessNeeded(persona: SharedPersona): void {
    if (persona.users > 0 || persona.made) return;
    this.remove(persona);
  }

  private remove(persona: SharedPersona): void {
    if (this.shared.get(persona.key) === persona) {
      this.shared.delete(persona.key);
    }
  }

  /**
   * Many may run out at once, after a busy hour: they go a few at a time. Until
   * its turn has come a persona can be taken up again, which gives its place back.
   */
  private end(persona: SharedPersona): Promise<void> {
    const { page, profile } = persona;
    persona.linger = undefined;
    const place =
      persona.place ??
      this.deletions.enter(page.id, async () => {
        persona.place = undefined;
        this.remove(persona);
        if (persona.made) await this.letGo(page, profile, persona.made);
      });
    persona.place = place;
    this.track(place.over);
    return place.over;
  }

  /** Deletes the persona, unless other processes use it; where the store is away, when it is back. */
  private async letGo(
    page: Page,
    profile: PersonaProfile,
    made: MadePersona,
  ): Promise<void> {
    const given = await this.leases.giveBack(made.lease, () =>
      this.deletions.enter(page.id, () => this.delete(page, profile, made)),
    );
    if (given === 'last') await this.delete(page, profile, made);
  }

  /** Deletes what was made; resolves after the first try. */
  private async delete(
    page: Page,
    profile: PersonaProfile,
    { id, lease }: MadePersona,
  ): Promise<void> {
    const doomed: Doomed = { page, id, name: profile.name };
    const failure = await deleteOnce(doomed);
    if (!failure) {
      this.limited.succeeded(page.id);
      this.countDeletion(doomed);
      return lease.end();
    }
    if (isRateLimit(failure)) {
      this.deletions.pause(page.id, this.limited.failed(page.id, true));
    }
    const goingOn = deleteAgain(doomed, failure).then(
      () => {
        this.countDeletion(doomed);
        return lease.end();
      },
      (error: PersonaError) => {
        if (!lease.isHeld) return;
        lease.abandon();
        this.report(error, { id, ...profile });
      },
    );
    this.track(goingOn);
  }

  private countDeletion({ page, id, name }: Doomed): void {
    this.stats.deleted += 1;
    debug('deleted %o of the Page %s: %s', name, page.id, id);
  }

  private track(ending: Promise<void>): void {
    this.endings.add(ending);
    void ending.then(() => {
      this.endings.delete(ending);
      this.tellIfEmpty();
    });
  }

  private tellIfEmpty(): void {
    if (!this.isEmpty) return;
    for (const resolve of this.whenEmpty.splice(0)) resolve();
  }
}
