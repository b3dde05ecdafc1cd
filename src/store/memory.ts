import { randomUUID } from 'node:crypto';

import {
  EXPIRED_AT_ONCE,
  namedLease,
  nameOfSlot,
  slotInKey,
  type Acquired,
  type LeaseEntry,
  type LeaseOptions,
  type LeaseRecord,
  type NamedLease,
  type NamedRecord,
  type Released,
  type ReleaseOptions,
  type Settled,
  type StorePort,
  type Use,
} from './port';

interface StoredLease {
  readonly slot: string;
  readonly record: LeaseRecord;
  /** When each use ends unless it is renewed. */
  readonly uses: Map<string, number>;
  /** Until when renewals of released uses are refused. */
  readonly fences: Map<string, number>;
  /** Who deletes the persona, which no process can acquire now. */
  deleting?: string;
  /** Until when uses of it may not be recorded, as the store had lost it. */
  readonly recoveringUntil?: number;
}

interface StoredPage {
  readonly leases: Map<string, StoredLease>;
  /** The key of the lease that the slot's next user acquires. */
  readonly slots: Map<string, string>;
  /** What is recorded of names, by their slots. */
  readonly names: Map<string, NamedRecord>;
  epoch: string;
}

/** Pages that are remembered; the oldest without other leases than those of names is dropped, and these are looked up again. */
const MAX_PAGES = 10_000;

/** A store that ends with the process. Its steps are those of a Redis, for the simulation and the model. */
export class MemoryStore implements StorePort {
  readonly isLasting: boolean = false;
  private readonly pages = new Map<string, StoredPage>();
  /** The epoch of new Pages. */
  private epoch: string = randomUUID();

  acquire(use: Use, { leaseMs, claimMs }: LeaseOptions): Promise<Acquired> {
    const page = this.page(use.record.pageId);
    const named = page.names.get(use.slot);
    if (named) {
      return Promise.resolve({ as: 'user', ...namedLease(use.slot, named) });
    }
    const now = this.now();
    const key = page.slots.get(use.slot);
    const lease = key === undefined ? undefined : page.leases.get(key);
    if (key !== undefined && lease && lease.deleting === undefined) {
      const { id, name } = lease.record;
      if (id !== null) {
        if (!lease.fences.has(use.use)) {
          extend(lease, use, now + leaseMs, now + leaseMs);
        }
        return Promise.resolve({ as: 'user', key, id, name });
      }
      if (key !== use.key && usedUntil(lease) > now) {
        return Promise.resolve({ as: 'waiting', name });
      }
    }
    const own = page.leases.get(use.key)?.record;
    // This step arrived after its persona was created.
    if (own && own.id !== null) {
      return Promise.resolve({ as: 'waiting', name: own.name });
    }
    const isTakeover = lease?.deleting === undefined && key !== use.key;
    if (lease && isTakeover) page.epoch = use.key;
    page.slots.set(use.slot, use.key);
    const intent = { ...use.record, expiresAt: now + leaseMs };
    const created = newLease(use.slot, intent);
    created.uses.set(use.use, now + claimMs);
    page.leases.set(use.key, created);
    return Promise.resolve({ as: 'creator', epoch: page.epoch });
  }

  renew(uses: readonly Use[], options: LeaseOptions): Promise<void> {
    for (const use of uses) this.renewOne(use, options);
    return Promise.resolve();
  }

  release(use: Use, options: ReleaseOptions): Promise<Released> {
    const { leaseMs, fence } = options;
    const page = this.page(use.record.pageId);
    const lease = page.leases.get(use.key);
    if (!lease) {
      this.renewOne(use, options);
      return Promise.resolve('unknown');
    }
    if (lease.deleting === use.use) return Promise.resolve('last');
    const now = this.now();
    // The write of the ID may not have arrived.
    lease.record.id ??= use.record.id;
    lease.uses.delete(use.use);
    forgetPast(lease, now);
    if (lease.deleting !== undefined || usedUntil(lease) > now) {
      if (fence) lease.fences.set(use.use, now + leaseMs);
      return Promise.resolve('others');
    }
    // The slot's next user finds the intent without a claim.
    if (lease.record.id === null) return Promise.resolve('others');
    if ((lease.recoveringUntil ?? 0) > now) {
      this.renewOne(use, options);
      return Promise.resolve('unknown');
    }
    free(page, use.slot, use.key);
    lease.deleting = use.use;
    lease.record.expiresAt = now + leaseMs;
    return Promise.resolve('last');
  }

  forget(pageId: string, key: string): Promise<void> {
    const page = this.page(pageId);
    const lease = page.leases.get(key);
    page.leases.delete(key);
    if (lease) free(page, lease.slot, key);
    const slot = slotInKey(key);
    const named = page.names.get(slot);
    if (named && namedLease(slot, named).key === key) {
      page.names.delete(slot);
      this.changeEpoch(pageId, key);
    }
    return Promise.resolve();
  }

  leasesOn(pageId: string): Promise<LeaseEntry[]> {
    return Promise.resolve(this.entriesOn(pageId));
  }

  expired(
    pageIds: readonly string[],
    since = -Infinity,
  ): Promise<LeaseEntry[]> {
    const now = this.now();
    const expired = pageIds.flatMap((pageId) =>
      this.entriesOn(pageId)
        .filter(([, { expiresAt }]) => expiresAt < now && expiresAt >= since)
        .sort(([, a], [, b]) => a.expiresAt - b.expiresAt)
        .slice(0, EXPIRED_AT_ONCE),
    );
    return Promise.resolve(expired);
  }

  claimExpired(
    [key, { pageId }]: LeaseEntry,
    { leaseMs }: LeaseOptions,
  ): Promise<boolean> {
    const page = this.page(pageId);
    const lease = page.leases.get(key);
    const now = this.now();
    if (!lease || lease.record.expiresAt >= now) return Promise.resolve(false);
    lease.deleting = 'sweep';
    lease.record.expiresAt = now + leaseMs;
    free(page, lease.slot, key);
    return Promise.resolve(true);
  }

  requeue([key, { pageId }]: LeaseEntry): Promise<void> {
    const lease = this.page(pageId).leases.get(key);
    if (lease) lease.record.expiresAt = this.now() - 1;
    return Promise.resolve();
  }

  settle(settled: Settled): Promise<string> {
    const { pageId, slot, record, key, replacedId } = settled;
    const { names } = this.page(pageId);
    const other = names.get(slot)?.id ?? record.id;
    if (other !== record.id && other !== replacedId) {
      return Promise.resolve(other);
    }
    names.set(slot, record);
    void this.forget(pageId, key);
    return Promise.resolve(record.id);
  }

  namesOn(pageId: string): Promise<Map<string, NamedLease>> {
    const names = new Map<string, NamedLease>();
    for (const [slot, record] of this.pages.get(pageId)?.names ?? []) {
      names.set(nameOfSlot(slot) ?? '', namedLease(slot, record));
    }
    return Promise.resolve(names);
  }

  /** @param key of a name's lease that is removed */
  protected changeEpoch(pageId: string, key: string): void {
    this.page(pageId).epoch = `without ${key}`;
  }

  protected leases(): [key: string, lease: StoredLease][] {
    return [...this.pages.values()].flatMap(({ leases }) => [...leases]);
  }

  /** Records another process's lease as one without a use. */
  protected adopt(key: string, slot: string, record: LeaseRecord): void {
    const { leases } = this.page(record.pageId);
    if (!leases.has(key)) leases.set(key, newLease(slot, record));
  }

  /** The store's clock. */
  protected now(): number {
    return performance.now();
  }

  private renewOne(use: Use, { leaseMs, claimMs }: LeaseOptions): void {
    const now = this.now();
    const { leases } = this.page(use.record.pageId);
    const lease = leases.get(use.key) ?? {
      ...newLease(use.slot, { ...use.record, expiresAt: 0 }),
      recoveringUntil: now + leaseMs,
    };
    if (lease.deleting !== undefined && lease.deleting !== use.use) return;
    if (lease.fences.has(use.use)) return;
    leases.set(use.key, lease);
    lease.record.id = use.record.id ?? lease.record.id;
    const useMs = use.record.id === null ? claimMs : leaseMs;
    extend(lease, use, now + useMs, now + leaseMs);
  }

  private entriesOn(pageId: string): LeaseEntry[] {
    const { leases = [] } = this.pages.get(pageId) ?? {};
    return [...leases].map(([key, { record }]) => [key, { ...record }]);
  }

  private page(pageId: string): StoredPage {
    let page = this.pages.get(pageId);
    if (!page) {
      if (this.pages.size >= MAX_PAGES) this.evictOldest();
      const { epoch } = this;
      page = { leases: new Map(), slots: new Map(), names: new Map(), epoch };
      this.pages.set(pageId, page);
    }
    return page;
  }

  private evictOldest(): void {
    for (const [pageId, { leases }] of this.pages) {
      if (leases.size > 0) continue;
      this.pages.delete(pageId);
      // What was read before is not certain on a Page that is begun anew.
      this.epoch = randomUUID();
      return;
    }
  }
}

/** The default store: one for all `personas()` of this process. */
export const processMemory = new MemoryStore();

export function usedUntil({ uses }: StoredLease): number {
  return Math.max(0, ...uses.values());
}

function newLease(slot: string, record: LeaseRecord): StoredLease {
  return { slot, record, uses: new Map(), fences: new Map() };
}

function extend(
  { uses, record }: StoredLease,
  { use }: Use,
  usedUntil: number,
  expiresAt: number,
): void {
  uses.set(use, usedUntil);
  record.expiresAt = Math.max(record.expiresAt, expiresAt);
}

/** Uses of dead processes, and fences after which no late renewal can arrive. */
function forgetPast({ uses, fences }: StoredLease, now: number): void {
  for (const ends of [uses, fences]) {
    for (const [use, until] of ends) if (until <= now) ends.delete(use);
  }
}

function free({ slots }: StoredPage, slot: string, key: string): void {
  if (slots.get(slot) === key) slots.delete(slot);
}
