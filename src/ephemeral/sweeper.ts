import type { MessengerClient } from 'bottender';
import createDebug from 'debug';

import {
  PersonaCleanupError,
  PersonaSuspectedError,
  type PersonaError,
} from '../errors';
import { pageIdOf, type Page } from '../messenger/page';
import { listPersonas, type ListedPersona } from '../messenger/personaCalls';

import { Deletions } from './deletion';
import type { LeaseRecord, Leases, ReportCleanup } from './leases';

const debug = createDebug('bottender:persona');

/** What a sweep found on a Page. */
export interface Swept {
  /** Personas made on the fly whose lease had run out; they are deleted. */
  deleted: ListedPersona[];
  /** Personas that a process may have made before it died; nothing was done to them. */
  suspects: ListedPersona[];
}

/** Deletes the personas that processes left behind, told by leases that ran out. */
export class Sweeper {
  private readonly clients = new Map<string, MessengerClient>();
  private readonly running = new Map<string, Promise<Swept>>();
  private readonly toldSuspects = new Set<string>();
  private readonly deletions = new Deletions();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly leases: Leases,
    private readonly intervalMs: number,
    private readonly report: ReportCleanup,
    /** The IDs on a Page that are not on the fly, whatever their names. */
    private readonly namedIds: (pageId: string) => Promise<Set<string>>,
  ) {}

  /** An event on this Page: sweeps it if it is the first, and from then on by a timer. */
  notice(pageId: string, client: MessengerClient): void {
    const isFirst = !this.clients.has(pageId);
    // The newest client is the one whose token is most likely to be good.
    this.clients.set(pageId, client);
    if (!isFirst) return;
    void this.sweepQuietly({ id: pageId, client });
    this.timer ??= setInterval(() => this.sweepAll(), this.intervalMs).unref();
  }

  /** Ends the timer. */
  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.clients.clear();
  }

  /**
   * Sweeps the Page that this client speaks for.
   *
   * @throws UnknownPageError, PersonaStoreError or PersonaCleanupError
   */
  async sweep(client: MessengerClient): Promise<Swept> {
    return this.sweepPage({ id: await pageIdOf(client), client });
  }

  private sweepAll(): void {
    for (const [id, client] of this.clients) {
      void this.sweepQuietly({ id, client });
    }
  }

  private async sweepQuietly(page: Page): Promise<void> {
    try {
      const { deleted, suspects } = await this.sweepPage(page);
      debug('swept page %s: %d deleted', page.id, deleted.length);
      for (const suspect of suspects) this.tellOnce(suspect, page.id);
    } catch (error) {
      this.report(error as PersonaError, null);
    }
  }

  private tellOnce(suspect: ListedPersona, pageId: string): void {
    if (this.toldSuspects.has(suspect.id)) return;
    this.toldSuspects.add(suspect.id);
    this.report(new PersonaSuspectedError(suspect, pageId), suspect);
  }

  private sweepPage(page: Page): Promise<Swept> {
    let sweeping = this.running.get(page.id);
    if (!sweeping) {
      sweeping = this.sweepNow(page).finally(() =>
        this.running.delete(page.id),
      );
      this.running.set(page.id, sweeping);
    }
    return sweeping;
  }

  private async sweepNow(page: Page): Promise<Swept> {
    const ranOut = await this.ranOut(page.id);
    const deleted: ListedPersona[] = [];
    for (const [key, record] of ranOut) {
      if (record.id === null) continue;
      const { id, name, profilePictureUrl } = record;
      const persona = { id, name, profilePictureUrl };
      if (await this.delete(page, persona)) {
        await this.leases.forget(key);
        deleted.push(persona);
      }
    }
    const intents = ranOut.filter(([, { id }]) => id === null);
    return { deleted, suspects: await this.suspects(page, intents) };
  }

  /** The records whose time is over, but for those that this process keeps up. */
  private async ranOut(pageId: string): Promise<[string, LeaseRecord][]> {
    const now = Date.now();
    const records = await this.leases.recordsOf(pageId);
    return records.filter(
      ([key, { expiresAt }]) => expiresAt < now && !this.leases.holds(key),
    );
  }

  private async delete(page: Page, persona: ListedPersona) {
    const doomed = { page, ...persona };
    try {
      const failure = await this.deletions.once(doomed);
      if (failure) await this.deletions.again(doomed, failure);
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
    intents: [string, LeaseRecord][],
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
