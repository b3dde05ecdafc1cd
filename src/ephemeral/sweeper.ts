import { PersonaSuspectedError, type PersonaError } from '../errors';
import { evictOldest } from '../util/evictOldest';
import { chunks, groupBy } from '../util/collections';
import { Backoff } from '../graph/backoff';
import type { GraphClient } from '../graph/graphClient';
import { pageIdOf, type Page, type PageContext } from '../graph/page';
import { EXPIRED_AT_ONCE, type LeaseEntry } from '../store/port';

import { KeyedLimiter } from './keyedLimiter';
import type { Leases } from './leases';
import type { Sweep, SweepResult } from './sweep';

/** Pages that the timer sweeps; the one without events for longest is dropped. */
const MAX_PAGES = 10_000;
/** Pages whose leases are read at the same time, and that are swept, so that no handler waits for the store. */
const READ_AT_ONCE = 25;
const SWEPT_AT_ONCE = 5;
/** Intents that were looked into; the oldest is dropped, and looked into again. */
const MAX_KNOWN = 10_000;

/** Decides when a Page is swept: at its first event, by a timer, and when the bot asks for it. */
export class Sweeper {
  private readonly clients = new Map<string, GraphClient>();
  private newest: Page | undefined;
  private readonly sweeping = new Set<string>();
  private readonly limited = new Backoff<true>();
  private readonly limiter = new KeyedLimiter(SWEPT_AT_ONCE);
  private readonly knownIntents = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly leases: Leases,
    private readonly sweeps: Sweep,
  ) {}

  /** Whether the previous call of `notice` was for the same Page and client. */
  isNewest({ client, event }: Partial<PageContext>): boolean {
    const { newest } = this;
    return newest?.client === client && newest?.id === event?.pageId;
  }

  /** Sweeps a Page at its first event, and from then on by a timer. */
  notice(pageId: string, client: GraphClient): void {
    this.newest = { id: pageId, client };
    const isFirst = !this.clients.delete(pageId);
    // The newest client is the one whose token is most likely to be good.
    this.clients.set(pageId, client);
    if (!isFirst) return;
    evictOldest(this.clients, MAX_PAGES);
    const page = { id: pageId, client };
    void this.limiter.run('first', () => this.sweepDue([page]));
    const sweepAll = () => {
      const pages = [...this.clients].map(([id, client]) => ({ id, client }));
      void this.sweepDue(pages);
    };
    // After a pause of the process, its leases are renewed first.
    const afterOthers = () => setImmediate(sweepAll);
    this.timer ??= setInterval(afterOthers, this.leases.leaseMs).unref();
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.clients.clear();
    this.newest = undefined;
  }

  /** @throws UnknownPageError, PersonaStoreError or PersonaCleanupError */
  async sweep(client: GraphClient): Promise<SweepResult> {
    const id = await pageIdOf(client);
    return this.sweeps.sweepPage({ id, client });
  }

  /** Reads the store for many Pages at a time. Never rejects. */
  private async sweepDue(pages: Page[]): Promise<void> {
    const ready = pages.filter(
      ({ id }) => !this.sweeping.has(id) && !this.limited.waiting(id),
    );
    try {
      for (const some of chunks(ready, READ_AT_ONCE)) {
        const expired = await this.leases.expired(some);
        const byKey = groupBy(expired, ([, { pageId }]) => pageId);
        const sweepEach = (page: Page) =>
          this.sweepIfNews(page, byKey.get(this.leases.keyOf(page)) ?? []);
        await Promise.all(some.map(sweepEach));
      }
    } catch (error) {
      this.leases.report(error as PersonaError, null);
    }
  }

  private async sweepIfNews(page: Page, expired: LeaseEntry[]): Promise<void> {
    const isNews =
      expired.length >= EXPIRED_AT_ONCE ||
      expired.some(([key]) => !this.knownIntents.has(key));
    if (!isNews || this.sweeping.has(page.id)) return;
    this.sweeping.add(page.id);
    try {
      await this.limiter.run('all', () => this.sweepPage(page, expired));
    } catch (error) {
      this.leases.report(error as PersonaError, null);
    } finally {
      this.sweeping.delete(page.id);
    }
  }

  private async sweepPage(page: Page, expired: LeaseEntry[]): Promise<void> {
    // With another Page's token every persona seems to be gone.
    if ((await pageIdOf(page.client)) !== page.id) return;
    const { swept, end } = await this.sweeps.sweepExpired(
      page,
      expired,
      this.knownIntents,
    );
    evictOldest(this.knownIntents, MAX_KNOWN);
    for (const suspect of swept.suspects) {
      this.leases.report(new PersonaSuspectedError(suspect, page.id), suspect);
    }
    if (end === 'limited') this.limited.failed(page.id, true);
    if (end === 'done') this.limited.succeeded(page.id);
  }
}
