import type { MessengerClient } from 'bottender';
import createDebug from 'debug';

import { PersonaSuspectedError, type PersonaError } from '../errors';
import { pageIdOf, type Page } from '../messenger/page';

import type { LeaseEntry, Leases, ReportCleanup } from './leases';
import type { Sweep, Swept } from './sweep';

const debug = createDebug('bottender:persona');

/** Decides when to sweep: at the first event on a Page, by a timer, and when told to. */
export class Sweeper {
  private readonly clients = new Map<string, MessengerClient>();
  /** Intents whose suspects were told; the next process will look at them again. */
  private readonly toldIntents = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private isSweeping = false;

  constructor(
    private readonly leases: Leases,
    private readonly sweeping: Sweep,
    private readonly intervalMs: number,
    private readonly report: ReportCleanup,
  ) {}

  /** An event on this Page: sweeps it if it is the first, and from then on by a timer. */
  notice(pageId: string, client: MessengerClient): void {
    const isFirst = !this.clients.has(pageId);
    // The newest client is the one whose token is most likely to be good.
    this.clients.set(pageId, client);
    if (!isFirst) return;
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
  }

  /**
   * Sweeps the Page that this client speaks for.
   *
   * @throws UnknownPageError, PersonaStoreError or PersonaCleanupError
   */
  async sweep(client: MessengerClient): Promise<Swept> {
    return this.sweeping.now({ id: await pageIdOf(client), client });
  }

  /** Every Page that had an event here; not again while that takes longer than the interval. */
  private async sweepAll(): Promise<void> {
    if (this.isSweeping) return;
    this.isSweeping = true;
    await this.sweepQuietly(
      [...this.clients].map(([id, client]) => ({ id, client })),
    );
    this.isSweeping = false;
  }

  /** Sweeps by one reading of the store for all the Pages. Never rejects. */
  private async sweepQuietly(pages: Page[]): Promise<void> {
    try {
      // Told at once: a Page may take long, and others renew their leases meanwhile.
      const ranOut = this.leases.ranOut(await this.leases.records());
      for (const page of pages) {
        const ofPage = ranOut.filter(([, { pageId }]) => pageId === page.id);
        await this.sweepPage(page, ofPage);
      }
    } catch (error) {
      this.report(error as PersonaError, null);
    }
  }

  private async sweepPage(page: Page, ranOut: LeaseEntry[]): Promise<void> {
    const news = ranOut.filter(([key]) => !this.toldIntents.has(key));
    if (news.length === 0) return;
    try {
      // Another Page's token does not find what is to be deleted, as if it were gone.
      if ((await pageIdOf(page.client)) !== page.id) return;
      const { deleted, suspects } = await this.sweeping.of(page, news);
      debug('swept page %s: %d deleted', page.id, deleted.length);
      for (const suspect of suspects) {
        this.report(new PersonaSuspectedError(suspect, page.id), suspect);
      }
      for (const [key, { id }] of news)
        if (id === null) this.toldIntents.add(key);
    } catch (error) {
      this.report(error as PersonaError, null);
    }
  }
}
