import type { MessengerClient } from 'bottender';

import { PersonaSuspectedError, type PersonaError } from '../errors';
import { evictOldest } from '../util/evictOldest';
import { Backoff } from '../graph/backoff';
import { pageIdOf, type Page } from '../graph/page';
import { byPage } from '../store/byPage';
import type { LeaseEntry } from '../store/port';

import type { Leases, ReportCleanup } from './leases';
import type { Sweep, Swept } from './sweep';

/** So many Pages are swept by the timer; the one whose last event is the longest ago goes. */
const MOST_PAGES = 10_000;

/** So many intents are known as told; the oldest is told once more. */
const MOST_TOLD = 10_000;

/** Decides when to sweep: at the first event on a Page, by a timer, and when told to. */
export class Sweeper {
  private readonly clients = new Map<string, MessengerClient>();
  /** That of the last event. */
  private newest: Page | undefined;
  /** Pages that are being swept: one that takes long holds up no other. */
  private readonly sweeping = new Set<string>();
  /** Pages whose rate limit a sweep ran into, which come later. */
  private readonly limited = new Backoff<true>();
  /** Intents whose suspects were told, the newest; the next process will look at them again. */
  private readonly toldIntents = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly leases: Leases,
    private readonly sweep: Sweep,
    private readonly intervalMs: number,
    private readonly report: ReportCleanup,
  ) {}

  /** An event on this Page: sweeps it if it is the first, and from then on by a timer. */
  notice(pageId: string, client: MessengerClient): void {
    // Most events are on the same Page as the one before.
    if (this.newest?.id === pageId && this.newest.client === client) return;
    this.newest = { id: pageId, client };
    const isFirst = !this.clients.delete(pageId);
    // The newest client is the one whose token is most likely to be good.
    this.clients.set(pageId, client);
    if (!isFirst) return;
    evictOldest(this.clients, MOST_PAGES);
    void this.sweepQuietly([{ id: pageId, client }]);
    this.timer ??= setInterval(
      () => void this.sweepAll(),
      this.intervalMs,
    ).unref();
  }

  /** Ends the timer. */
  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.clients.clear();
    this.newest = undefined;
  }

  /**
   * Sweeps the Page that this client speaks for.
   *
   * @throws UnknownPageError, PersonaStoreError or PersonaCleanupError
   */
  async now(client: MessengerClient): Promise<Swept> {
    return this.sweep.now({ id: await pageIdOf(client), client });
  }

  /** Every Page that had an event here. */
  private async sweepAll(): Promise<void> {
    await this.sweepQuietly(
      [...this.clients].map(([id, client]) => ({ id, client })),
    );
  }

  /** Sweeps by one reading of the store for all the Pages. Never rejects. */
  private async sweepQuietly(pages: Page[]): Promise<void> {
    const ready = pages.filter(
      ({ id }) => !this.sweeping.has(id) && !this.limited.waiting(id),
    );
    if (ready.length === 0) return;
    try {
      // Told at once: a Page may take long, and others renew their leases meanwhile.
      const ranOut = byPage(
        await this.leases.ranOut(ready.map(({ id }) => id)),
        ([, { pageId }]) => pageId,
      );
      await Promise.all(
        ready.map((page) => this.sweepPage(page, ranOut.get(page.id) ?? [])),
      );
    } catch (error) {
      this.report(error as PersonaError, null);
    }
  }

  private async sweepPage(page: Page, ranOut: LeaseEntry[]): Promise<void> {
    const news = ranOut.filter(([key]) => !this.toldIntents.has(key));
    if (news.length === 0 || this.sweeping.has(page.id)) return;
    this.sweeping.add(page.id);
    try {
      // Another Page's token does not find what is to be deleted, as if it were gone.
      if ((await pageIdOf(page.client)) !== page.id) return;
      const { swept, end } = await this.sweep.of(page, news);
      for (const suspect of swept.suspects) {
        this.report(new PersonaSuspectedError(suspect, page.id), suspect);
      }
      if (end === 'limited') this.limited.failed(page.id, true);
      if (end !== 'done') return;
      this.limited.succeeded(page.id);
      for (const [key, { id }] of news)
        if (id === null) this.toldIntents.add(key);
      evictOldest(this.toldIntents, MOST_TOLD);
    } catch (error) {
      this.report(error as PersonaError, null);
    } finally {
      this.sweeping.delete(page.id);
    }
  }
}
