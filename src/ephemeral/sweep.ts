import { debug } from '../util/debug';
import { PersonaCleanupError } from '../errors';
import { isRateLimit } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { deletePersona, listAll } from '../graph/personaCalls';
import type { ListedPersona } from '../graph/responses';
import type { PersonaStats } from '../stats';
import { EXPIRED_AT_ONCE, type LeaseEntry } from '../store/port';
import { monotonicNow } from '../util/monotonicNow';

import { retryDeletion } from './deletion';
import type { Leases, ReportCleanup } from './leases';

/** A sweep begins no further call after this: the next one goes on. */
const SWEEP_WITHIN_MS = 30_000;
/** Personas that are deleted at the same time. */
const AT_ONCE = 4;

/** What a sweep found on a Page. */
export interface SweepResult {
  /** Ephemeral personas whose lease had expired; they are deleted. */
  deleted: ListedPersona[];
  /** Personas that a process may have created before it died; they are left as they are. */
  suspects: ListedPersona[];
}

type SweepEnd = 'done' | 'limited' | 'late';

/** Deletes the personas of a Page's expired leases, and finds those that expired intents may have led to. */
export class Sweep {
  constructor(
    private readonly leases: Leases,
    private readonly report: ReportCleanup,
    /** The IDs on a Page that are not ephemeral, whatever their names. */
    private readonly namedIds: (page: Page) => Promise<Set<string>>,
    private readonly stats: PersonaStats,
  ) {}

  /** @throws PersonaStoreError, or PersonaCleanupError when the Page's list cannot be read */
  async now(page: Page): Promise<SweepResult> {
    const { swept } = await this.of(page, await this.expired(page));
    return swept;
  }

  /**
   * Stops at a rate limit, and after a while; the next sweep does the rest. Throws as `now` does.
   *
   * @param expired the leases that expired first; as many as are read at once, if there may be more
   * @param known intents that were looked into before; those of this sweep are added
   */
  async of(
    page: Page,
    expired: LeaseEntry[],
    known = new Set<string>(),
  ): Promise<{ swept: SweepResult; end: SweepEnd }> {
    const deadline = monotonicNow() + SWEEP_WITHIN_MS;
    const swept: SweepResult = { deleted: [], suspects: [] };
    let isLimited = false;
    const endNow = (): SweepEnd =>
      isLimited ? 'limited' : monotonicNow() >= deadline ? 'late' : 'done';
    const seen = new Set<string>();
    const intents = new Map<string, LeaseEntry>();
    const sweepOne = async (entry: LeaseEntry) => {
      const [, { id, name }] = entry;
      if (id !== null) {
        const isNow = await this.delete(page, entry, swept);
        if (isNow === 'limited') isLimited = true;
        return;
      }
      const other = intents.get(name);
      const [kept, forgotten] =
        other && isLater(other, entry) ? [other, entry] : [entry, other];
      intents.set(name, kept);
      // One intent is enough to find all personas of its name.
      if (forgotten) await this.leases.forget(page, forgotten[0]);
    };
    for (let entries = expired; ;) {
      const rest = entries.filter(([key]) => !seen.has(key)).values();
      const work = async () => {
        for (const entry of rest) {
          if (endNow() !== 'done') return;
          seen.add(entry[0]);
          await sweepOne(entry);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      const last = entries.at(-1)?.[1].expiresAt;
      if (entries.length < EXPIRED_AT_ONCE || endNow() !== 'done') break;
      entries = await this.expired(page, last);
      if (entries.every(([key]) => seen.has(key))) break;
    }
    const end = endNow();
    if (end === 'done') {
      const news = [...intents.values()].filter(([key]) => !known.has(key));
      swept.suspects = await this.suspects(page, news, deadline);
      for (const [key] of news) known.add(key);
    }
    const counts = [swept.deleted.length, swept.suspects.length, end];
    debug('swept the Page %s: %d deleted, %d suspects, %s', page.id, ...counts);
    return { swept, end };
  }

  private async expired(page: Page, since?: number): Promise<LeaseEntry[]> {
    const expired = await this.leases.expired([page], since);
    return expired.get(this.leases.keyOf(page)) ?? [];
  }

  private async delete(
    page: Page,
    entry: LeaseEntry,
    swept: SweepResult,
  ): Promise<'done' | 'limited'> {
    const [key, { id, name, profilePictureUrl }] = entry;
    // Another process deletes it, or uses it again.
    if (id === null || !(await this.leases.claimExpired(entry))) return 'done';
    const persona = { id, name, profilePictureUrl };
    const outcome = await deletePersona(page, id);
    // Not reported: the next sweep deletes it.
    const isLimited = !outcome.ok && isRateLimit(outcome.failure);
    const failure =
      outcome.ok || isLimited
        ? undefined
        : await retryDeletion(page, id, outcome.failure);
    if (failure) {
      this.report(new PersonaCleanupError(persona, page.id, failure), persona);
    }
    if (failure || isLimited) {
      await this.leases.requeue(entry);
      return isLimited ? 'limited' : 'done';
    }
    await this.leases.forget(page, key);
    swept.deleted.push(persona);
    this.stats.deleted += 1;
    debug('deleted %o of the Page %s: %s', name, page.id, id);
    return 'done';
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
    const timeoutMs = deadline - monotonicNow();
    const listed = await listAll(page, { timeoutMs });
    if (!listed.ok) {
      const [, { name }] = first;
      throw new PersonaCleanupError({ name }, page.id, listed.failure);
    }
    const { personas, isComplete } = listed.value;
    // Read after the list, so that the leases have the ID of every listed persona.
    const records = new Map(await this.leases.on(page));
    const known = await this.namedIds(page);
    for (const { id } of records.values()) if (id !== null) known.add(id);
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
