import { debug } from '../util/debug';
import { PersonaCleanupError } from '../errors';
import { isRateLimit } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { deletePersona, listAll } from '../graph/personaCalls';
import type { ListedPersona } from '../graph/responses';
import { withRetries, type RetryPolicy } from '../graph/retries';
import type { PersonaStats } from '../stats';
import { EXPIRED_AT_ONCE, type LeaseEntry } from '../store/port';
import { forEachLimited } from '../util/collections';

import type { Leases, OnCleanupError } from './leases';

/** A sweep begins no further call after this: the next one goes on. */
const SWEEP_WITHIN_MS = 30_000;
/** Personas that are deleted at the same time. */
const AT_ONCE = 4;
/** Rate limits are waited out by the next sweep. */
const RETRY_POLICY: RetryPolicy = {
  attempts: 4,
  firstDelayMs: 500,
  timeoutMs: SWEEP_WITHIN_MS,
};

/** What a sweep found on a Page. */
export interface SweepResult {
  /** Ephemeral personas whose lease had expired; they are deleted. */
  deleted: ListedPersona[];
  /** Personas that a process may have created before it died; they are left as they are. */
  suspects: ListedPersona[];
}

type SweepEnd = 'done' | 'limited' | 'late';

/** What one sweep of a Page has come to. */
class SweepProgress {
  readonly deadline = performance.now() + SWEEP_WITHIN_MS;
  readonly seen = new Set<string>();
  readonly deleted: ListedPersona[] = [];
  /** By name: one intent is enough to find all personas of its name. */
  readonly intents = new Map<string, LeaseEntry>();
  isLimited = false;

  constructor(readonly page: Page) {}

  get end(): SweepEnd {
    if (this.isLimited) return 'limited';
    return performance.now() >= this.deadline ? 'late' : 'done';
  }
}

/** Deletes the personas of a Page's expired leases, and finds those that expired intents may have led to. */
export class Sweep {
  constructor(
    private readonly leases: Leases,
    private readonly report: OnCleanupError,
    /** The IDs on a Page that are not ephemeral, whatever their names. */
    private readonly namedIds: (page: Page) => Promise<Set<string>>,
    private readonly stats: PersonaStats,
  ) {}

  /** @throws PersonaStoreError, or PersonaCleanupError when the Page's list cannot be read */
  async sweepPage(page: Page): Promise<SweepResult> {
    const expired = await this.leases.expired([page]);
    const { swept } = await this.sweepExpired(page, expired);
    return swept;
  }

  /**
   * Stops at a rate limit, and after a while; the next sweep does the rest. Throws as `sweepPage` does.
   *
   * @param expired the leases that expired first; as many as are read at once, if there may be more
   * @param known intents that were looked into before; those of this sweep are added
   */
  async sweepExpired(
    page: Page,
    expired: LeaseEntry[],
    known = new Set<string>(),
  ): Promise<{ swept: SweepResult; end: SweepEnd }> {
    const progress = new SweepProgress(page);
    const { seen, intents, deleted, deadline } = progress;
    for (let entries = expired; ;) {
      const unseen = entries.filter(([key]) => !seen.has(key));
      await forEachLimited(unseen, AT_ONCE, async (entry) => {
        if (progress.end !== 'done') return;
        seen.add(entry[0]);
        await this.sweepOne(progress, entry);
      });
      const isLast = unseen.length === 0 || entries.length < EXPIRED_AT_ONCE;
      if (isLast || progress.end !== 'done') break;
      const since = entries.at(-1)?.[1].expiresAt;
      entries = await this.leases.expired([page], since);
    }
    const { end } = progress;
    const swept: SweepResult = { deleted, suspects: [] };
    if (end === 'done') {
      const news = [...intents.values()].filter(([key]) => !known.has(key));
      swept.suspects = await this.suspects(page, news, deadline);
      for (const [key] of news) known.add(key);
    }
    const counts = [deleted.length, swept.suspects.length, end];
    debug('swept the Page %s: %d deleted, %d suspects, %s', page.id, ...counts);
    return { swept, end };
  }

  private async sweepOne(
    progress: SweepProgress,
    entry: LeaseEntry,
  ): Promise<void> {
    const { intents, page } = progress;
    const [, { id, name }] = entry;
    if (id !== null) return this.delete(progress, entry, id);
    const other = intents.get(name);
    const [kept, forgotten] =
      other && isLater(other, entry) ? [other, entry] : [entry, other];
    intents.set(name, kept);
    if (forgotten) await this.leases.forget(page, forgotten[0]);
  }

  private async delete(
    progress: SweepProgress,
    entry: LeaseEntry,
    id: string,
  ): Promise<void> {
    // Another process deletes it, or uses it again.
    if (!(await this.leases.claimExpired(entry))) return;
    const { page } = progress;
    const [key, { name, profilePictureUrl }] = entry;
    const persona = { id, name, profilePictureUrl };
    const outcome = await withRetries(
      () => deletePersona(page, id),
      RETRY_POLICY,
    );
    if (outcome.ok) {
      await this.leases.forget(page, key);
      progress.deleted.push(persona);
      this.stats.deleted += 1;
      debug('deleted %o of the Page %s: %s', name, page.id, id);
      return;
    }
    const { failure } = outcome;
    // Not reported: the next sweep deletes it.
    if (isRateLimit(failure)) progress.isLimited = true;
    else {
      this.report(new PersonaCleanupError(persona, page.id, failure), persona);
    }
    await this.leases.requeue(entry);
  }

  /**
   * Personas on the Page's list that these intents may have led to: they have the
   * same name, and no lease or name has their ID. An intent that led to none is
   * removed.
   */
  private async suspects(
    page: Page,
    intents: LeaseEntry[],
    deadline: number,
  ): Promise<ListedPersona[]> {
    const [first] = intents;
    if (!first) return [];
    const timeoutMs = deadline - performance.now();
    const listed = await listAll(page, { timeoutMs });
    if (!listed.ok) {
      const [, { name }] = first;
      throw new PersonaCleanupError({ name }, page.id, listed.failure);
    }
    const { personas, isComplete } = listed.value;
    // Read after the list, so that the leases have the ID of every listed persona.
    const records = new Map(await this.leases.on(page));
    const leased = [...records.values()].map(({ id }) => id);
    const known = new Set([...leased, ...(await this.namedIds(page))]);
    const suspects = new Map<string, ListedPersona>();
    for (const [key, { name, expiresAt }] of intents) {
      // The record has changed: the process that wrote it was slow, not dead.
      if (records.get(key)?.expiresAt !== expiresAt) continue;
      const matching = personas.filter(
        (persona) => persona.name === name && !known.has(persona.id),
      );
      for (const persona of matching) suspects.set(persona.id, persona);
      // A list with gaps does not show what is missing.
      if (matching.length === 0 && isComplete) {
        await this.leases.forget(page, key);
      }
    }
    return [...suspects.values()];
  }
}

/** In any order that sweeps come across them: two sweeps at the same time keep the same intent. */
function isLater([key, a]: LeaseEntry, [otherKey, b]: LeaseEntry): boolean {
  if (a.expiresAt !== b.expiresAt) return a.expiresAt > b.expiresAt;
  return key > otherKey;
}
