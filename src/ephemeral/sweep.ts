import { PersonaCleanupError, type PersonaError } from '../errors';
import type { Page } from '../messenger/page';
import { listPersonas, type ListedPersona } from '../messenger/personaCalls';

import { deleteAgain, deleteOnce } from './deletion';
import type { LeaseEntry, Leases, ReportCleanup } from './leases';

/** What a sweep found on a Page. */
export interface Swept {
  /** Personas made on the fly whose lease had run out; they are deleted. */
  deleted: ListedPersona[];
  /** Personas that a process may have made before it died; nothing was done to them. */
  suspects: ListedPersona[];
}

/** One sweep of a Page: deletes what leases that ran out name, and finds what may have come from intents. */
export class Sweep {
  constructor(
    private readonly leases: Leases,
    private readonly report: ReportCleanup,
    /** The IDs on a Page that are not on the fly, whatever their names. */
    private readonly namedIds: (pageId: string) => Promise<Set<string>>,
  ) {}

  /** Sweeps the Page by what the store says now. Throws as `of` does. */
  async now(page: Page): Promise<Swept> {
    const records = await this.leases.recordsOf(page.id);
    return this.of(page, this.leases.ranOut(records));
  }

  /**
   * @param ranOut the Page's records whose time is over
   * @throws PersonaStoreError, or PersonaCleanupError when the Page's list cannot be had
   */
  async of(page: Page, ranOut: LeaseEntry[]): Promise<Swept> {
    const deleted: ListedPersona[] = [];
    for (const [key, { id, name, profilePictureUrl }] of ranOut) {
      if (id === null) continue;
      const persona = { id, name, profilePictureUrl };
      if (await this.delete(page, persona)) {
        await this.leases.forget(key);
        deleted.push(persona);
      }
    }
    const intents = ranOut.filter(([, { id }]) => id === null);
    return { deleted, suspects: await this.suspects(page, intents) };
  }

  private async delete(page: Page, persona: ListedPersona): Promise<boolean> {
    const doomed = { page, ...persona };
    try {
      const failure = await deleteOnce(doomed);
      if (failure) await deleteAgain(doomed, failure);
      return true;
    } catch (error) {
      this.report(error as PersonaError, persona);
      return false;
    }
  }

  /**
   * What on the Page's list may come from these intents: same name, and neither
   * a lease nor the directory has its ID. An intent that nothing comes from is forgotten.
   */
  private async suspects(
    page: Page,
    intents: LeaseEntry[],
  ): Promise<ListedPersona[]> {
    if (intents.length === 0) return [];
    const listed = await listPersonas(page);
    if (!listed.ok) {
      const [, { name }] = intents[0] ?? ['', { name: '' }];
      throw new PersonaCleanupError({ name }, page.id, listed.failure);
    }
    // Read after the list, so that a persona listed just now has its ID here.
    const records = new Map(await this.leases.recordsOf(page.id));
    const accounted = await this.namedIds(page.id);
    for (const { id } of records.values()) if (id !== null) accounted.add(id);
    const suspects = new Map<string, ListedPersona>();
    for (const [key, { name, expiresAt }] of intents) {
      // Another record by now: the process that wrote it was slow, not dead.
      if (records.get(key)?.expiresAt !== expiresAt) continue;
      const matching = listed.value.filter(
        (persona) => persona.name === name && !accounted.has(persona.id),
      );
      if (matching.length === 0) await this.leases.forget(key);
      for (const persona of matching) suspects.set(persona.id, persona);
    }
    return [...suspects.values()];
  }
}
