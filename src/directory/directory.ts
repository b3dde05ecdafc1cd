/**
 * directory/ is about the names that a bot gives its personas: each becomes the ID
 * of one persona on a Page, which is found there or created, once.
 */
import type { PersonaCreator } from '../ephemeral/personaCreator';
import type { Page } from '../graph/page';
import type { PersonaProfile } from '../profile';
import { evictOldest } from '../util/evictOldest';

import {
  fixedIdOf,
  profileOf,
  type DirectoryEntry,
  type Look,
} from './entries';
import { NameSlot, type KnownPage, type NameServices } from './nameSlot';
import { PageList } from './pageList';

/** IDs that are remembered as gone from a Page; the oldest is dropped. */
const MAX_GONE = 1000;

/** Turns names into the IDs of personas, Page by Page. */
export class Directory {
  private readonly pages = new Map<string, KnownPage>();
  /** By name and by ID, as an entry can be given as either. */
  private readonly looks = new Map<string, Look>();

  constructor(
    private readonly entries: ReadonlyMap<string, DirectoryEntry>,
    private readonly creator: PersonaCreator,
    private readonly services: NameServices,
  ) {
    for (const [name, entry] of entries) {
      const profile = profileOf(entry);
      if (!profile) continue;
      for (const persona of [name, fixedIdOf(entry)]) {
        if (persona === undefined) continue;
        this.looks.set(persona, { persona, profile });
      }
    }
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  names(): Iterable<string> {
    return this.entries.keys();
  }

  /** How the name's persona looks, where the directory says so. */
  profileOf(name: string): PersonaProfile | undefined {
    const entry = this.entries.get(name);
    return entry === undefined ? undefined : profileOf(entry);
  }

  /** How a persona looks, by its name or by an ID that the directory has a profile for. */
  lookOf(persona: string): Look | undefined {
    return this.looks.get(persona);
  }

  /** The ID that the directory has for the name, on every Page. */
  fixedIdOf(name: string): string | undefined {
    const entry = this.entries.get(name);
    return entry === undefined ? undefined : fixedIdOf(entry);
  }

  /**
   * The ID on this Page of a name that has a profile: from the store, else from
   * the Page's list, else of a persona created now. Synchronous where it is known.
   *
   * @throws PersonaRefusedError, the same one until it may be tried again
   */
  idOf(page: Page, name: string): string | Promise<string> {
    return this.known(page).ids.get(name) ?? this.obtainOnce(page, name, false);
  }

  /** Obtains another ID for the name, unless that has been done, because `goneId` is gone from the Page. */
  async renew(page: Page, name: string, goneId: string): Promise<string> {
    const known = this.known(page);
    if (known.ids.get(name) === goneId) {
      known.gone.add(goneId);
      // The store has another one by then.
      evictOldest(known.gone, MAX_GONE);
      known.ids.delete(name);
      known.list.forget();
    }
    return known.ids.get(name) ?? this.obtainOnce(page, name, true);
  }

  /**
   * The IDs of this Page's named personas, which are not ephemeral.
   *
   * @throws PersonaStoreError
   */
  async idsOn(pageId: string): Promise<Set<string>> {
    const { store } = this.services;
    const records = await store.namesOn(pageId, this.names());
    const ids = new Set([...records.values()].map(({ id }) => id));
    for (const id of this.pages.get(pageId)?.ids.values() ?? []) {
      if (typeof id === 'string') ids.add(id);
    }
    for (const entry of this.entries.values()) {
      const id = fixedIdOf(entry);
      if (id !== undefined) ids.add(id);
    }
    return ids;
  }

  private known(page: Page): KnownPage {
    let known = this.pages.get(page.id);
    if (!known) {
      known = {
        ids: new Map(),
        gone: new Set(),
        list: new PageList(this.services.leases),
      };
      this.pages.set(page.id, known);
    }
    return known;
  }

  private obtainOnce(
    page: Page,
    name: string,
    isReplacement: boolean,
  ): Promise<string> {
    const profile = this.profileOf(name);
    if (!profile) throw new Error(`"${name}" has no profile in the directory`);
    const known = this.known(page);
    const slot = new NameSlot(
      this.services,
      known,
      page,
      name,
      profile,
      isReplacement,
    );
    const obtaining = this.creator.obtain(page, slot);
    known.ids.set(name, obtaining);
    obtaining.then(
      (id) => known.ids.set(name, id),
      () => known.ids.delete(name),
    );
    return obtaining;
  }
}
