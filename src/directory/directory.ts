import type { Leases, ReportCleanup } from '../ephemeral/leases';
import { PersonaRefusedError, type PersonaError } from '../errors';
import type { Outcome } from '../messenger/call';
import { mayHaveHappened } from '../messenger/graphFailure';
import type { Page } from '../messenger/page';
import { createPersona, type ListedPersona } from '../messenger/personaCalls';
import { withRetries, type Patience } from '../messenger/retries';
import type { PersonaProfile } from '../profile';
import type { GuardedStore } from '../store/guardedStore';

import { listLasting } from './pageList';
import { DirectoryRecords, type NamedRecord } from './records';

/** A customer waits meanwhile. What takes longer goes on, for the sends that follow. */
const PATIENCE: Patience = { tries: 3, firstWaitMs: 200, withinMs: 5000 };

/** A list that is not complete after this is asked for anew: a call may be stuck. */
const LIST_PATIENCE_MS = 30_000;

/** What is known of one Page. */
interface Known {
  /** IDs by name; a promise while one is being found out, for all who wait. */
  readonly ids: Map<string, string | Promise<string>>;
  /** IDs that Messenger does not know any more, whatever the store says. */
  readonly gone: Set<string>;
  /** Names of which a persona may have been made since the list was asked for. */
  readonly unsure: Set<string>;
  /** The Page's list, asked for once. */
  list: Promise<Outcome<ListedPersona[]>> | undefined;
}

/** Turns names into the IDs of personas, Page by Page. */
export class Directory {
  readonly records: DirectoryRecords;
  private readonly pages = new Map<string, Known>();

  constructor(
    private readonly entries: ReadonlyMap<string, PersonaProfile | string>,
    store: GuardedStore,
    private readonly leases: Leases,
    private readonly report: ReportCleanup,
  ) {
    this.records = new DirectoryRecords(store);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /**
   * The name's ID on this Page: from the store, else from the Page's list, else
   * of a persona made now. At once where it is known.
   *
   * @throws PersonaRefusedError
   */
  idOf(page: Page, name: string): string | Promise<string> {
    const entry = this.entries.get(name);
    if (typeof entry === 'string') return entry;
    if (!entry) return name;
    const known = this.known(page);
    return known.ids.get(name) ?? this.findOnce(known, page, name, entry);
  }

  /** The name's ID, found out anew, unless somebody has, because Messenger does not know `goneId` any more. */
  async renew(page: Page, name: string, goneId: string): Promise<string> {
    const known = this.known(page);
    if (known.ids.get(name) === goneId) {
      known.gone.add(goneId);
      known.ids.delete(name);
      known.list = undefined;
    }
    return this.idOf(page, name);
  }

  /** Whether a name stands for an ID of its own, so that nothing can be made anew. */
  isFixed(name: string): boolean {
    return typeof this.entries.get(name) === 'string';
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
      if (typeof entry === 'string') ids.add(entry);
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
        list: undefined,
      };
      this.pages.set(page.id, known);
    }
    return known;
  }

  private findOnce(
    known: Known,
    page: Page,
    name: string,
    profile: PersonaProfile,
  ): Promise<string> {
    const finding = this.find(known, page, name, profile);
    known.ids.set(name, finding);
    finding.then(
      (id) => known.ids.set(name, id),
      // A failure is not remembered: the next send tries again.
      () => known.ids.delete(name),
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
      () => this.findOrMake(known, page, name, profile),
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
  ): Promise<Outcome<string>> {
    if (known.unsure.delete(name)) known.list = undefined;
    const list = await (known.list ??= this.list(known, page));
    if (!list.ok) return list;
    const found = list.value.find(
      (listed) => listed.name === profile.name && !known.gone.has(listed.id),
    );
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

  private list(known: Known, page: Page): Promise<Outcome<ListedPersona[]>> {
    const list = listLasting(page, this.leases);
    const forget = () => {
      if (known.list === list) known.list = undefined;
    };
    const stuck = setTimeout(forget, LIST_PATIENCE_MS).unref();
    list.then((outcome) => {
      clearTimeout(stuck);
      if (!outcome.ok) forget();
    }, forget);
    return list;
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
