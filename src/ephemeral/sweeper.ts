import type { MessengerClient } from 'bottender';

import { PersonaSuspectedError, type PersonaError } from '../errors';
import { evictOldest } from '../util/evictOldest';
import { groupBy } from '../util/groupBy';
import { Backoff } from '../graph/backoff';
import { pageIdOf, type Page, type PageContext } from '../graph/page';
import type { LeaseEntry } from '../store/port';

import type { Leases, ReportCleanup } from './leases';
import type { Sweep, SweepResult } from './sweep';

/** Pages that the timer sweeps; the one without events for longest is dropped. */
const MAX_PAGES = 10_000;
/** Intents whose suspects were reported; the oldest is dropped, and reported again. */
const MAX_REPORTED = 10_000;

export class Sweeper {
  private readonly clients = new Map<string, MessengerClient>();
  private newest: Page | undefined;
  private readonly sweeping = new Set<string>();
  private readonly limited = new Backoff<true>();
  private readonly reportedIntents = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly leases: Leases,
    private readonly sweep: Sweep,
    private readonly intervalMs: number,
    private readonly report: ReportCleanup,
  ) {}

  /** Whether the previous call of `notice` was for the same Page and client. */
  isNewest({ client, event }: Partial<PageContext>): boolean {
    const { newest } = this;
    return newest?.client === client && newest?.id === event?.pageId;
  }

  /** Sweeps a Page at its first event, and from then on by a timer. */
  notice(pageId: string, client: MessengerClient): void {
    this.newest = { id: pageId, client };
    const isFirst = !this.clients.delete(pageId);
    // The newest client is the one whose token is most likely to be good.
    this.clients.set(pageId, client);
    if (!isFirst) return;
    evictOldest(this.clients, MAX_PAGES);
    void this.sweepQuietly([{ id: pageId, client }]);
    const sweepAll = () => {
      const pages = [...this.clients].map(([id, client]) => ({ id, client }));
      void this.sweepQuietly(pages);
    };
    this.timer ??= setInterval(sweepAll, this.intervalMs).unref();
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.clients.clear();
    this.newest = undefined;
  }

  /** @throws UnknownPageError, PersonaStoreError or PersonaCleanupError */
  async now(client: MessengerClient): Promise<SweepResult> {
    return this.sweep.now({ id: await pageIdOf(client), client });
  }

  /** Reads the store once for all Pages. Never rejects. */
  private async sweepQuietly(pages: Page[]): Promise<void> {
    const ready = pages.filter(
      ({ id }) => !this.sweeping.has(id) && !this.limited.waiting(id),
    );
    if (ready.length === 0) return;
    try {
      const expired = groupBy(
        await this.leases.expired(ready.map(({ id }) => id)),
        ([, { pageId }]) => pageId,
      );
      await Promise.all(
        ready.map((page) => this.sweepPage(page, expired.get(page.id) ?? [])),
      );
    } catch (error) {
      this.report(error as PersonaError, null);
    }
  }

  private async sweepPage(page: Page, expired: LeaseEntry[]): Promise<void> {
    const news = expired.filter(([key]) => !this.reportedIntents.has(key));
    if (news.length === 0 || this.sweeping.has(page.id)) return;
    this.sweeping.add(page.id);
    try {
      // With another Page's token every persona seems to be gone.
      if ((await pageIdOf(page.client)) !== page.id) return;
      const { swept, end } = await this.sweep.of(page, news);
      for (const suspect of swept.suspects) {
        this.report(new PersonaSuspectedError(suspect, page.id), suspect);
      }
      if (end === 'limited') this.limited.failed(page.id, true);
      if (end !== 'done') return;
      this.limited.succeeded(page.id);
      const intents = news.filter(([, { id }]) => id === null);
      for (const [key] of intents) this.reportedIntents.add(key);
      evictOldest(this.reportedIntents, MAX_REPORTED);
    } catch (error) {
      this.report(error as PersonaError, null);
    } finally {
      this.sweeping.delete(page.id);
    }
  }
}
