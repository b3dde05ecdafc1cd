/** directory/ turns the names that a bot gives its personas into IDs, Page by Page. */
import type { PersonaCreator } from '../ephemeral/personaCreator';
import type { Page } from '../graph/page';
import type { PersonaKind, PersonaProfile } from '../profile';
import type { Label } from '../shownName';
import { evictOldest } from '../util/evictOldest';

import {
  entryOnPage,
  fixedIdOf,
  kindOf,
  profileOf,
  type DirectoryEntry,
} from './entries';
import { NameSlot, type KnownPage, type NameServices } from './nameSlot';
import { PageList } from './pageList';

/** Pages whose IDs are remembered; the oldest is dropped, and looked up in the store again. */
const MAX_PAGES = 10_000;

export class Directory {
  private readonly pages = new Map<string, KnownPage>();
  /** By name and by ID. */
  private readonly profiles = new Map<string, PersonaProfile>();
  private readonly kinds = new Map<string, PersonaKind>();
  private readonly namesOfIds = new Map<string, string>();
  /** The entries with the profiles that personas have on Pages, where the names of bots are labelled. */
  readonly onPage: ReadonlyMap<string, DirectoryEntry>;
  /** The names that customers see on Pages. */
  private readonly shownNames = new Set<string>();

  constructor(
    private readonly entries: ReadonlyMap<string, DirectoryEntry>,
    private readonly creator: PersonaCreator,
    private readonly services: NameServices,
    label?: Label,
  ) {
    const onPage = new Map<string, DirectoryEntry>();
    for (const [name, entry] of entries) {
      const shown = entryOnPage(entry, label);
      onPage.set(name, shown);
      const shownName = profileOf(shown)?.name;
      if (shownName !== undefined) this.shownNames.add(shownName);
      const id = fixedIdOf(entry);
      if (id !== undefined) this.namesOfIds.set(id, name);
      const kind = kindOf(entry);
      const profile = profileOf(entry);
      for (const persona of id === undefined ? [name] : [name, id]) {
        if (kind) this.kinds.set(persona, kind);
        if (profile) this.profiles.set(persona, profile);
      }
    }
    this.onPage = onPage;
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The profile of a persona, by its name or ID, as the bot gave it. */
  givenProfileOf(persona: string): PersonaProfile | undefined {
    return this.profiles.get(persona);
  }

  /** The name that the directory gives a persona by its ID. */
  nameOfId(id: string): string | undefined {
    return this.namesOfIds.get(id);
  }

  /** Who is behind a persona, by its name or ID, where the directory says so. */
  kindOf(persona: string): PersonaKind | undefined {
    return this.kinds.get(persona);
  }

  /** The name's profile on a Page, where a bot's name is labelled. */
  profileOf(name: string): PersonaProfile | undefined {
    return profileOf(this.onPage.get(name) ?? '');
  }

  fixedIdOf(name: string): string | undefined {
    const entry = this.entries.get(name);
    return entry === undefined ? undefined : fixedIdOf(entry);
  }

  /**
   * The ID on this Page of a name that has a profile. Synchronous where it is known.
   *
   * @throws PersonaRefusedError, the same one until it may be tried again
   */
  idOf(page: Page, name: string): string | Promise<string> {
    return this.known(page).ids.get(name) ?? this.obtainOnce(page, name);
  }

  /** Obtains another ID for the name, unless that has been done, because `goneId` is gone from the Page. */
  async renew(page: Page, name: string, goneId: string): Promise<string> {
    const { ids, list } = this.known(page);
    if (ids.get(name) === goneId) {
      ids.delete(name);
      list.forget();
    }
    return ids.get(name) ?? this.obtainOnce(page, name, goneId);
  }

  /** @throws PersonaStoreError */
  async idsOn(page: Page): Promise<Set<string>> {
    const { leases } = this.services;
    const records = await leases.namesOn(page, this.entries.keys());
    const stored = [...records.values()].map(({ id }) => id);
    const known = this.pages.get(page.id)?.ids.values() ?? [];
    const fixed = [...this.entries.values()].map(fixedIdOf);
    const ids = [...stored, ...known, ...fixed];
    return new Set(ids.filter((id) => typeof id === 'string'));
  }

  private known(page: Page): KnownPage {
    let known = this.pages.get(page.id);
    if (!known) {
      const list = new PageList(this.services.leases, this.shownNames);
      known = { ids: new Map(), list };
      this.pages.set(page.id, known);
      evictOldest(this.pages, MAX_PAGES);
    }
    return known;
  }

  private obtainOnce(
    page: Page,
    name: string,
    goneId?: string,
  ): Promise<string> {
    const profile = this.profileOf(name);
    if (!profile) throw new Error(`"${name}" has no profile in the directory`);
    const { services } = this;
    const known = this.known(page);
    const obtaining = this.creator.obtain(
      page,
      new NameSlot(services, known, page, name, profile, goneId),
    );
    known.ids.set(name, obtaining);
    obtaining.then(
      (id) => known.ids.set(name, id),
      () => known.ids.delete(name),
    );
    return obtaining;
  }
}
