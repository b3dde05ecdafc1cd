import type {
  LeaseEntry,
  LeaseRecord,
  LockHolder,
  NamedRecord,
  Settled,
  StorePort,
  Taken,
  Terms,
  Use,
} from './port';

interface Lease {
  readonly record: LeaseRecord;
  readonly slot: string;
  /** When each use ends unless it is renewed. */
  readonly uses: Map<string, number>;
  /** Who deletes the persona now; nobody takes it up any more. */
  dying?: string;
}

interface Page {
  readonly leases: Map<string, Lease>;
  /** The lease that a slot's next user takes up. */
  readonly slots: Map<string, string>;
  readonly names: Map<string, NamedRecord>;
  lock?: { readonly token: string; readonly until: number } & LockHolder;
}

/**
 * The default: remembers for as long as the process lives. What several
 * runtimes share they share by the same steps as Redis has; the simulation
 * runs on this one.
 */
export class MemoryStore implements StorePort {
  readonly isLasting = false;
  private readonly pages = new Map<string, Page>();

  take(use: Use, { leaseMs, claimMs }: Terms): Promise<Taken> {
    const page = this.page(use.record.pageId);
    const now = Date.now();
    const key = page.slots.get(use.slot);
    const lease = key === undefined ? undefined : page.leases.get(key);
    if (key !== undefined && lease && lease.dying === undefined) {
      const { id } = lease.record;
      if (id !== null) {
        extend(lease, use.use, now + leaseMs);
        return Promise.resolve({ as: 'user', key, id });
      }
      if (usedUntil(lease) > now) return Promise.resolve({ as: 'waiting' });
    }
    const tookOver = lease !== undefined && lease.dying === undefined;
    page.slots.set(use.slot, use.key);
    page.leases.set(use.key, {
      record: { ...use.record, expiresAt: now + leaseMs },
      slot: use.slot,
      uses: new Map([[use.use, now + claimMs]]),
    });
    return Promise.resolve({ as: 'maker', tookOver });
  }

  keep(uses: readonly Use[], terms: Terms): Promise<void> {
    for (const use of uses) this.keepOne(use, terms);
    return Promise.resolve();
  }

  giveBack(
    { key, use, record, slot }: Use,
    { leaseMs }: Terms,
  ): Promise<'last' | 'others' | 'unknown'> {
    const page = this.page(record.pageId);
    const lease = page.leases.get(key);
    if (!lease) return Promise.resolve('unknown');
    if (lease.dying === use) return Promise.resolve('last');
    lease.uses.delete(use);
    const now = Date.now();
    if (lease.dying !== undefined || usedUntil(lease) > now) {
      return Promise.resolve('others');
    }
    // The next in the slot is told that this intent was there.
    if (lease.record.id === null) return Promise.resolve('others');
    free(page, slot, key);
    lease.dying = use;
    lease.record.expiresAt = now + leaseMs;
    return Promise.resolve('last');
  }

  forget(pageId: string, key: string): Promise<void> {
    const page = this.page(pageId);
    const lease = page.leases.get(key);
    page.leases.delete(key);
    if (lease) free(page, lease.slot, key);
    this.tidy(pageId, page);
    return Promise.resolve();
  }

  leasesOn(pageId: string): Promise<LeaseEntry[]> {
    return Promise.resolve(this.entriesOn(pageId));
  }

  ranOut(pageIds: readonly string[]): Promise<LeaseEntry[]> {
    const now = Date.now();
    const entries = pageIds.flatMap((pageId) => this.entriesOn(pageId));
    return Promise.resolve(
      entries.filter(([, { expiresAt }]) => expiresAt < now),
    );
  }

  takeOver([key, record]: LeaseEntry, { leaseMs }: Terms): Promise<boolean> {
    const page = this.page(record.pageId);
    const lease = page.leases.get(key);
    const now = Date.now();
    if (!lease || lease.record.expiresAt >= now) return Promise.resolve(false);
    lease.dying = `sweep of ${key}`;
    lease.record.expiresAt = now + leaseMs;
    free(page, lease.slot, key);
    return Promise.resolve(true);
  }

  putBack([key, { pageId }]: LeaseEntry): Promise<void> {
    const lease = this.page(pageId).leases.get(key);
    if (lease) lease.record.expiresAt = Date.now() - 1;
    return Promise.resolve();
  }

  nameOn(pageId: string, name: string): Promise<NamedRecord | undefined> {
    return Promise.resolve(this.pages.get(pageId)?.names.get(name));
  }

  namesOn(pageId: string): Promise<Map<string, NamedRecord>> {
    return Promise.resolve(new Map(this.pages.get(pageId)?.names));
  }

  async settle({
    pageId,
    name,
    record,
    seenId,
    key,
  }: Settled): Promise<NamedRecord> {
    const page = this.page(pageId);
    const written = page.names.get(name);
    if (written && written.id !== seenId && written.id !== record.id) {
      const lease = key === undefined ? undefined : page.leases.get(key);
      if (lease && key !== undefined) {
        lease.record.id = record.id;
        free(page, lease.slot, key);
      }
      return written;
    }
    page.names.set(name, record);
    if (key !== undefined) await this.forget(pageId, key);
    return record;
  }

  setName(pageId: string, name: string, record: NamedRecord): Promise<void> {
    this.page(pageId).names.set(name, record);
    return Promise.resolve();
  }

  deleteName(pageId: string, name: string): Promise<void> {
    const page = this.page(pageId);
    page.names.delete(name);
    this.tidy(pageId, page);
    return Promise.resolve();
  }

  lock(
    pageId: string,
    token: string,
    holder: string,
    ms: number,
  ): Promise<LockHolder | undefined> {
    const page = this.page(pageId);
    const now = Date.now();
    const { lock } = page;
    if (lock && lock.token !== token && lock.until > now) {
      return Promise.resolve({ holder: lock.holder, since: lock.since });
    }
    const since = lock?.token === token ? lock.since : now;
    page.lock = { token, holder, since, until: now + ms };
    return Promise.resolve(undefined);
  }

  unlock(pageId: string, token: string): Promise<void> {
    const page = this.page(pageId);
    if (page.lock?.token === token) delete page.lock;
    this.tidy(pageId, page);
    return Promise.resolve();
  }

  private keepOne({ key, use, slot, record }: Use, terms: Terms): void {
    const { leases } = this.page(record.pageId);
    const now = Date.now();
    const lease = leases.get(key) ?? {
      record: { ...record, expiresAt: 0 },
      slot,
      uses: new Map<string, number>(),
    };
    if (lease.dying !== undefined && lease.dying !== use) return;
    leases.set(key, lease);
    lease.record.id = record.id;
    const forMs = record.id === null ? terms.claimMs : terms.leaseMs;
    extend(lease, use, now + forMs, now + terms.leaseMs);
  }

  private entriesOn(pageId: string): LeaseEntry[] {
    const { leases = [] } = this.pages.get(pageId) ?? {};
    return [...leases].map(([key, { record }]) => [key, { ...record }]);
  }

  private page(pageId: string): Page {
    let page = this.pages.get(pageId);
    if (!page) {
      page = { leases: new Map(), slots: new Map(), names: new Map() };
      this.pages.set(pageId, page);
    }
    return page;
  }

  private tidy(pageId: string, { leases, names, lock }: Page): void {
    if (leases.size === 0 && names.size === 0 && !lock) {
      this.pages.delete(pageId);
    }
  }
}

function extend(lease: Lease, use: string, until: number, expiresAt = until) {
  lease.uses.set(use, until);
  lease.record.expiresAt = Math.max(lease.record.expiresAt, expiresAt);
}

function usedUntil({ uses }: Lease): number {
  return Math.max(0, ...uses.values());
}

/** What is to be deleted, or is gone, is taken up by nobody. */
function free({ slots }: Page, slot: string, key: string): void {
  if (slots.get(slot) === key) slots.delete(slot);
}
