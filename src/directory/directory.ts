/** directory/ turns the names that a bot gives its personas into IDs, Page by Page. */
import type { Leases } from '../ephemeral/leases';
import type { PersonaCreator } from '../ephemeral/personaCreator';
import type { EphemeralPool } from '../ephemeral/pool';
import type { Page } from '../graph/page';
import { evictOldest } from '../util/evictOldest';

import type { NamedPersona } from './entries';
import { NameSlot, type KnownPage } from './nameSlot';
import { PageList } from './pageList';

/** Pages whose IDs are remembered; the oldest is dropped, and looked up in the store again. */
const MAX_PAGES = 10_000;

export class Directory {
  private readonly pages = new Map<string, KnownPage>();
  /** By name and by ID. */
  private readonly personas: Map<string, NamedPersona>;
  /** The names that customers see on Pages. */
  private readonly shownNames = new Set<string>();

  constructor(
    private readonly entries: ReadonlyMap<string, NamedPersona>,
    private readonly leases: Leases,
    private readonly creator: PersonaCreator,
    private readonly pool: EphemeralPool,
  ) {
    this.personas = new Map(entries);
    for (const { name, id, given, profile, kind } of entries.values()) {
      if (profile) this.shownNames.add(profile.name);
      if (id === undefined) continue;
      const other = this.personas.get(id);
      this.personas.set(id, {
        name,
        id,
        given: given ?? other?.given,
        profile: profile ?? other?.profile,
        kind: kind ?? other?.kind,
      });
    }
  }

  /** @param persona a name or an ID */
  find(persona: string): NamedPersona | undefined {
    return this.personas.get(persona);
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
    const records = await this.leases.namesOn(page, this.entries.keys());
    const stored = [...records.values()].map(({ id }) => id);
    const known = this.pages.get(page.id)?.ids.values() ?? [];
    const fixed = [...this.entries.values()].map(({ id }) => id);
    const ids = [...stored, ...known, ...fixed];
    return new Set(ids.filter((id) => typeof id === 'string'));
  }

  private known(page: Page): KnownPage {
    let known = this.pages.get(page.id);
    if (!known) {
      const list = new PageList(this.leases, this.shownNames);
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
    const profile = this.find(name)?.profile;
    if (!profile) throw new Error(`"${name}" has no profile in the directory`);
    const { leases, pool } = this;
    const known = this.known(page);
    const obtaining = this.creator.obtain(
      page,
      new NameSlot(leases, pool, known, page, name, profile, goneId),
    );
    known.ids.set(name, obtaining);
    obtaining.then(
      (id) => known.ids.set(name, id),
      () => known.ids.delete(name),
    );
    return obtaining;
  }
}
