import { debug } from '../util/debug';
import { PersonaCleanupError, type PersonaError } from '../errors';
import { isRateLimit } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import { deletePersona, listAll } from '../graph/personaCalls';
import type { ListedPersona } from '../graph/responses';
import type { PersonaStats } from '../stats';
import type { LeaseEntry } from '../store/port';

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
    private readonly namedIds: (pageId: string) => Promise<Set<string>>,
    private readonly stats: PersonaStats,
  ) {}

  /** @throws PersonaStoreError, or PersonaCleanupError when the Page's list cannot be read */
  async now(page: Page): Promise<SweepResult> {
    const { swept } = await this.of(page, await this.leases.expired([page.id]));
    return swept;
  }

  /** Stops at a rate limit, and after a while; the next sweep does the rest. Throws as `now` does. */
  async of(
    page: Page,
    expired: LeaseEntry[],
  ): Promise<{ swept: SweepResult; end: SweepEnd }> {
    const deadline = Date.now() + SWEEP_WITHIN_MS;
    const swept: SweepResult = { deleted: [], suspects: [] };
    let isLimited = false;
    const endNow = (): SweepEnd =>
      isLimited ? 'limited' : Date.now() >= deadline ? 'late' : 'done';
    const rest = expired.values();
    const work = async () => {
      for (const entry of rest) {
        const [key, { id, name, profilePictureUrl }] = entry;
        if (id === null) continue;
        if (endNow() !== 'done') return;
        // Another process deletes it, or uses it again.
        if (!(await this.leases.claimExpired(entry))) continue;
        const persona = { id, name, profilePictureUrl };
        const outcome = await this.delete(page, persona);
        if (outcome === 'limited') isLimited = true;
        if (outcome === 'deleted') {
          await this.leases.forget(page.id, key);
          swept.deleted.push(persona);
          this.stats.deleted += 1;
          debug('deleted %o of the Page %s: %s', name, page.id, id);
        } else await this.leases.requeue(entry);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const end = endNow();
    if (end === 'done') {
      const intents = expired.filter(([, { id }]) => id === null);
      swept.suspects = await this.suspects(page, intents, deadline);
    }
    const counts = [swept.deleted.length, swept.suspects.length, end];
    debug('swept the Page %s: %d deleted, %d suspects, %s', page.id, ...counts);
    return { swept, end };
  }

  private async delete(
    page: Page,
    persona: ListedPersona,
  ): Promise<'deleted' | 'limited' | 'left'> {
    const outcome = await deletePersona(page, persona.id);
    if (outcome.ok) return 'deleted';
    // Not reported: the next sweep deletes it.
    if (isRateLimit(outcome.failure)) return 'limited';
    try {
      await retryDeletion(page, persona, outcome.failure);
      return 'deleted';
    } catch (error) {
      this.report(error as PersonaError, persona);
      return 'left';
    }
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
    const listed = await listAll(page, { timeoutMs: deadline - Date.now() });
    if (!listed.ok) {
      const [, { name }] = first;
      throw new PersonaCleanupError({ name }, page.id, listed.failure);
    }
    const { personas, isComplete } = listed.value;
    // Read after the list, so that the leases have the ID of every listed persona.
    const records = new Map(await this.leases.on(page.id));
    const known = await this.namedIds(page.id);
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
        await this.leases.forget(page.id, key);
      }
    }
    return [...suspects.values()];
  }
}
