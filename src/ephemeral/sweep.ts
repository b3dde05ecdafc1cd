import { debug } from '../util/debug';
import { PersonaCleanupError, type PersonaError } from '../errors';
import { isRateLimit } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import type { ListedPersona } from '../graph/answers';
import { listAll } from '../graph/personaList';

import type { PersonaStats } from '../stats';
import type { LeaseEntry } from '../store/port';

import { deleteAgain, deleteOnce } from './deletion';
import type { Leases, ReportCleanup } from './leases';

/** No further call is begun after so long: the next sweep goes on. */
const SWEEP_WITHIN_MS = 30_000;
/** So many are deleted at once. */
const AT_ONCE = 4;

/** What a sweep found on a Page. */
export interface Swept {
  /** Personas made on the fly whose lease had run out; they are deleted. */
  deleted: ListedPersona[];
  /** Personas that a process may have made before it died; nothing was done to them. */
  suspects: ListedPersona[];
}

/** Whether all was looked at, a rate limit was in the way, or it took too long. */
type SweepEnd = 'done' | 'limited' | 'late';

/** One sweep of a Page: deletes what leases that ran out name, and finds what may have come from intents. */
export class Sweep {
  constructor(
    private readonly leases: Leases,
    private readonly report: ReportCleanup,
    /** The IDs on a Page that are not on the fly, whatever their names. */
    private readonly namedIds: (pageId: string) => Promise<Set<string>>,
    private readonly stats: PersonaStats,
  ) {}

  /** Sweeps the Page by what the store says now. Throws as `of` does. */
  async now(page: Page): Promise<Swept> {
    const { swept } = await this.of(page, await this.leases.ranOut([page.id]));
    return swept;
  }

  /**
   * Stops at a rate limit, and when it has taken long; what is left is for the next.
   *
   * @param ranOut the Page's records whose time is over
   * @throws PersonaStoreError, or PersonaCleanupError when the Page's list cannot be had
   */
  async of(
    page: Page,
    ranOut: LeaseEntry[],
  ): Promise<{ swept: Swept; end: SweepEnd }> {
    const deadline = Date.now() + SWEEP_WITHIN_MS;
    const swept: Swept = { deleted: [], suspects: [] };
    let isLimited = false;
    const end = (): SweepEnd =>
      isLimited ? 'limited' : Date.now() >= deadline ? 'late' : 'done';
    const rest = ranOut.values();
    const work = async () => {
      for (const entry of rest) {
        const [key, { id, name, profilePictureUrl }] = entry;
        if (id === null) continue;
        if (end() !== 'done') return;
        // Another process sweeps it, or uses it again.
        if (!(await this.leases.takeOver(entry))) continue;
        const persona = { id, name, profilePictureUrl };
        const outcome = await this.delete(page, persona);
        if (outcome === 'limited') isLimited = true;
        if (outcome === 'deleted') {
          await this.leases.forget(page.id, key);
          swept.deleted.push(persona);
          this.stats.deleted += 1;
          debug('deleted %o of the Page %s: %s', name, page.id, id);
        } else await this.leases.putBack(entry);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const intents = ranOut.filter(([, { id }]) => id === null);
    const ended = end();
    if (ended === 'done') {
      swept.suspects = await this.suspects(page, intents, deadline);
    }
    debug(
      'swept the Page %s: %d deleted, %d suspects, %s',
      page.id,
      swept.deleted.length,
      swept.suspects.length,
      ended,
    );
    return { swept, end: ended };
  }

  private async delete(
    page: Page,
    persona: ListedPersona,
  ): Promise<'deleted' | 'limited' | 'left'> {
    const doomed = { page, ...persona };
    const failure = await deleteOnce(doomed);
    if (!failure) return 'deleted';
    // Nobody is told: it is for the next sweep.
    if (isRateLimit(failure)) return 'limited';
    try {
      await deleteAgain(doomed, failure);
      return 'deleted';
    } catch (error) {
      this.report(error as PersonaError, persona);
      return 'left';
    }
  }

  /**
   * What on the Page's list may come from these intents: same name, and neither
   * a lease nor the directory has its ID. An intent that nothing comes from is forgotten.
   */
  private async suspects(
    page: Page,
    intents: LeaseEntry[],
    deadline: number,
  ): Promise<ListedPersona[]> {
    const [first] = intents;
    if (!first) return [];
    const listed = await listAll(page, { withinMs: deadline - Date.now() });
    if (!listed.ok) {
      const [, { name }] = first;
      throw new PersonaCleanupError({ name }, page.id, listed.failure);
    }
    const { personas, isComplete } = listed.value;
    // Read after the list, so that a persona listed just now has its ID here.
    const records = new Map(await this.leases.on(page.id));
    const accounted = await this.namedIds(page.id);
    for (const { id } of records.values()) if (id !== null) accounted.add(id);
    const suspects = new Map<string, ListedPersona>();
    for (const [key, { name, expiresAt }] of intents) {
      // Another record by now: the process that wrote it was slow, not dead.
      if (records.get(key)?.expiresAt !== expiresAt) continue;
      const matching = personas.filter(
        (persona) => persona.name === name && !accounted.has(persona.id),
      );
      // A list with holes tells nothing of what is not on it.
      if (matching.length === 0 && isComplete)
        await this.leases.forget(page.id, key);
      for (const persona of matching) suspects.set(persona.id, persona);
    }
    return [...suspects.values()];
  }
}
