import type { Leases, ReportCleanup } from '../ephemeral/leases';
import { PersonaRefusedError, type PersonaError } from '../errors';
import { forgetOldest } from '../forgetOldest';
import type { Outcome } from '../messenger/call';
import type { CreationWaits } from '../messenger/creationWaits';
import { mayHaveHappened } from '../messenger/graphFailure';
import type { Page } from '../messenger/page';
import { createPersona } from '../messenger/personaCalls';
import { withRetries, type Patience } from '../messenger/retries';
import type { PersonaProfile } from '../profile';
import type { GuardedStore } from '../store/guardedStore';

import { fixedIdOf, profileOf, type DirectoryEntry } from './entries';
import { PageList } from './pageList';
import { DirectoryRecords, type NamedRecord } from './records';

/** A customer waits meanwhile. What takes longer goes on, for the sends that follow. */
const PATIENCE: Patience = { tries: 3, firstWaitMs: 200, withinMs: 5000 };

/** So many IDs that are gone are remembered of a Page; the oldest goes. */
const MOST_GONE = 1000;

const GIVEN_UP: Outcome<never> = {
  ok: false,
  failure: { message: 'nobody waits for it any more' },
};

/** What is not seen there may be there all the same, so nothing is made. */
const WITH_HOLES: Outcome<never> = {
  ok: false,
  failure: {
    status: 200,
    message: 'the list of the Page has unreadable entries',
  },
};

/** What is known of one Page. */
interface Known {
  /** IDs by name; a promise while one is being found out, for all who wait. */
  readonly ids: Map<string, string | Promise<string>>;
  /** IDs that Messenger does not know any more, whatever the store says. */
  readonly gone: Set<string>;
  /** Names of which a persona may have been made since the list was asked for. */
  readonly unsure: Set<string>;
  readonly list: PageList;
}

/** Turns names into the IDs of personas, Page by Page. */
export class Directory {
  readonly records: DirectoryRecords;
  private readonly pages = new Map<string, Known>();

  constructor(
    private readonly entries: ReadonlyMap<string, DirectoryEntry>,
    store: GuardedStore,
    private readonly leases: Leases,
    private readonly report: ReportCleanup,
    private readonly waits: CreationWaits,
  ) {
    this.records = new DirectoryRecords(store);
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
      forgetOldest(known.gone, MOST_GONE);
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
    for (const { id } of (await this.records.on(pageId)).values()) ids.add(id);
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
    const finding = this.find(known, page, name, profile);
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

  private async find(
    known: Known,
    page: Page,
    name: string,
    profile: PersonaProfile,
  ): Promise<string> {
    const stored = await this.stored(page, name);
    if (stored?.name === profile.name && !known.gone.has(stored.id)) {
      return stored.id;
    }
    const outcome = await withRetries(
      (isGivenUp) => this.findOrMake(known, page, name, profile, isGivenUp),
      PATIENCE,
    );
    if (outcome.ok) return outcome.value;
    throw new PersonaRefusedError('not-made', name, page.id, outcome.failure);
  }

  private async findOrMake(
    known: Known,
    page: Page,
    name: string,
    profile: PersonaProfile,
    isGivenUp: () => boolean,
  ): Promise<Outcome<string>> {
    if (known.unsure.delete(name)) known.list.forget();
    const list = await known.list.get(page, isGivenUp);
    if (!list.ok) return list;
    const { personas, isComplete } = list.value;
    const found = personas.find(
      (listed) => listed.name === profile.name && !known.gone.has(listed.id),
    );
    if (!found && isGivenUp()) return GIVEN_UP;
    if (!found && !isComplete) {
      known.list.forget();
      return WITH_HOLES;
    }
    const outcome: Outcome<string> = found
      ? { ok: true, value: found.id }
      : await this.make(known, page, name, profile);
    if (outcome.ok) {
      const id = outcome.value;
      // An answer that nobody waits for any more is good for the next send.
      if (!known.ids.has(name)) known.ids.set(name, id);
      await this.remember(page, name, { ...profile, id });
    }
    return outcome;
  }

  private async make(
    known: Known,
    page: Page,
    name: string,
    profile: PersonaProfile,
  ): Promise<Outcome<string>> {
    known.unsure.add(name);
    const created = await createPersona(page, profile);
    if (created.ok || !mayHaveHappened(created.failure)) {
      known.unsure.delete(name);
    }
    return created;
  }

  private async stored(
    page: Page,
    name: string,
  ): Promise<NamedRecord | undefined> {
    try {
      return await this.records.get(page.id, name);
    } catch (error) {
      this.report(error as PersonaError, null);
      return undefined;
    }
  }

  private async remember(page: Page, name: string, record: NamedRecord) {
    try {
      await this.records.set(page.id, name, record);
    } catch (error) {
      this.report(error as PersonaError, null);
    }
  }
}
