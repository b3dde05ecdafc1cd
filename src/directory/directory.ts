/**
 * directory/ is about the names that a bot gives its personas: each becomes the ID
 * of one persona on a Page, found there or made, once.
 */
import type { Leases, ReportCleanup } from '../ephemeral/leases';
import type { PersonaRefusedError } from '../errors';
import { evictOldest } from '../util/evictOldest';
import type { CreationWaits } from '../graph/creationWaits';
import type { Page } from '../graph/page';
import type { PersonaProfile } from '../profile';
import type { PersonaStats } from '../stats';
import type { StorePort } from '../store/port';

import {
  fixedIdOf,
  profileOf,
  type DirectoryEntry,
  type Look,
} from './entries';
import { NameFinder, type EndSurplus, type Known } from './finder';
import { PageList } from './pageList';

/** So many IDs that are gone are remembered of a Page; the oldest goes. */
const MOST_GONE = 1000;

/** Turns names into the IDs of personas, Page by Page. */
export class Directory {
  private readonly pages = new Map<string, Known>();
  private readonly finder: NameFinder;
  /** An entry can be meant by its name and by its ID. */
  private readonly looks = new Map<string, Look>();

  constructor(
    private readonly entries: ReadonlyMap<string, DirectoryEntry>,
    private readonly store: StorePort,
    private readonly leases: Leases,
    report: ReportCleanup,
    private readonly waits: CreationWaits,
    /** Told of a persona that this process made and another one's has the name. */
    endSurplus: EndSurplus,
    stats: PersonaStats,
  ) {
    this.finder = new NameFinder(store, leases, report, endSurplus, stats);
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
   * the Page's list, else of a persona made now. At once where it is known.
   *
   * @throws PersonaRefusedError, the same one until it may be tried again
   */
  idOf(page: Page, name: string): string | Promise<string> {
    const known = this.known(page);
    return known.ids.get(name) ?? this.findOnce(known, page, name);
  }

  /** The name's ID, found out anew, unless somebody has, because `goneId` is gone from the Page. */
  async renew(page: Page, name: string, goneId: string): Promise<string> {
    const known = this.known(page);
    if (known.ids.get(name) === goneId) {
      known.gone.add(goneId);
      // The store has another by then.
      evictOldest(known.gone, MOST_GONE);
      known.ids.delete(name);
      known.list.forget();
    }
    return this.idOf(page, name);
  }

  /**
   * IDs on this Page that names stand for: these are not on the fly.
   *
   * @throws PersonaStoreError
   */
  async idsOn(pageId: string): Promise<Set<string>> {
    const ids = new Set<string>();
    for (const { id } of (await this.store.namesOn(pageId)).values())
      ids.add(id);
    for (const id of this.pages.get(pageId)?.ids.values() ?? []) {
      if (typeof id === 'string') ids.add(id);
    }
    for (const entry of this.entries.values()) {
      const id = fixedIdOf(entry);
      if (id !== undefined) ids.add(id);
    }
    return ids;
  }

  private known(page: Page): Known {
    let known = this.pages.get(page.id);
    if (!known) {
      known = {
        ids: new Map(),
        gone: new Set(),
        unsure: new Set(),
        list: new PageList(this.leases),
      };
      this.pages.set(page.id, known);
    }
    return known;
  }

  private findOnce(known: Known, page: Page, name: string): Promise<string> {
    const profile = this.profileOf(name);
    if (!profile) throw new Error(`"${name}" has no profile in the directory`);
    const key = `name:${name}`;
    this.waits.check(page, key);
    const finding = this.finder.find(known, page, name, profile);
    known.ids.set(name, finding);
    finding.then(
      (id) => {
        known.ids.set(name, id);
        this.waits.succeeded(page, key);
      },
      (error: PersonaRefusedError) => {
        known.ids.delete(name);
        this.waits.failed(page, key, error);
      },
    );
    return finding;
  }
}
