/**
 * store/keyv/ is the port on a Keyv, which has no atomic steps: what processes
 * agree on is agreed on within one. Records are read beneath Keyv (`beneath.ts`),
 * and every call has a bound (`guardedStore.ts`).
 */
import { fieldsOf, readLease, readName } from '../fields';
import type {
  LeaseEntry,
  LockHolder,
  NamedRecord,
  Settled,
  StorePort,
  Taken,
  Terms,
  Use,
} from '../port';

import type { GuardedStore } from './guardedStore';

const LEASE = 'lease:';
/** Other programs may have keys of that prefix in the same store. */
const LEASE_KEY = /^lease:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Records in a Keyv. It has no step that is whole or not at all, so that nothing
 * is shared between processes: each makes the personas that it needs, and what
 * one left behind the next sweep deletes, by the processes' own clocks.
 */
export class KeyvPort implements StorePort {
  readonly isLasting = true;

  constructor(private readonly store: GuardedStore) {}

  async take(use: Use, { leaseMs }: Terms): Promise<Taken> {
    await this.write(use, leaseMs);
    return { as: 'maker', tookOver: false };
  }

  async keep(uses: readonly Use[], { leaseMs }: Terms): Promise<void> {
    await Promise.all(uses.map((use) => this.write(use, leaseMs)));
  }

  giveBack(): Promise<'last'> {
    return Promise.resolve('last');
  }

  forget(_pageId: string, key: string): Promise<void> {
    return this.store.delete(LEASE + key);
  }

  async leasesOn(pageId: string): Promise<LeaseEntry[]> {
    const leases = await this.leases();
    return leases.filter(([, record]) => record.pageId === pageId);
  }

  async ranOut(pageIds: readonly string[]): Promise<LeaseEntry[]> {
    const wanted = new Set(pageIds);
    const leases = await this.leases();
    const now = Date.now();
    return leases.filter(
      ([, { pageId, expiresAt }]) => wanted.has(pageId) && expiresAt < now,
    );
  }

  /** Nothing keeps two processes from it; a second deletion finds the persona gone. */
  takeOver(): Promise<boolean> {
    return Promise.resolve(true);
  }

  putBack(): Promise<void> {
    return Promise.resolve();
  }

  async nameOn(pageId: string, name: string): Promise<NamedRecord | undefined> {
    const key = namesOf(pageId) + name;
    const value = await this.store.get(key);
    return value === undefined ? undefined : this.readName(key, value);
  }

  /** Those that the directory has no more are among them. */
  async namesOn(pageId: string): Promise<Map<string, NamedRecord>> {
    const prefix = namesOf(pageId);
    const records = new Map<string, NamedRecord>();
    for (const [key, value] of await this.store.entries(prefix)) {
      const record = this.readName(key, value);
      if (record) records.set(key.slice(prefix.length), record);
    }
    return records;
  }

  async settle({ pageId, name, record, key }: Settled): Promise<NamedRecord> {
    await this.setName(pageId, name, record);
    if (key !== undefined) await this.forget(pageId, key);
    return record;
  }

  setName(pageId: string, name: string, record: NamedRecord): Promise<void> {
    return this.store.set(namesOf(pageId) + name, record);
  }

  deleteName(pageId: string, name: string): Promise<void> {
    return this.store.delete(namesOf(pageId) + name);
  }

  /** Of two that ask at the same instant both may get it: what is read was written before. */
  async lock(
    pageId: string,
    token: string,
    holder: string,
    ms: number,
  ): Promise<LockHolder | undefined> {
    const key = lockOf(pageId);
    const lock = fieldsOf(await this.store.get(key));
    const now = Date.now();
    const { since, until } = lock;
    const isHeld = typeof until === 'number' && until > now;
    if (isHeld && lock.token !== token && typeof since === 'number') {
      return { holder: String(lock.holder), since };
    }
    const isMine = lock.token === token && typeof since === 'number';
    await this.store.set(key, {
      token,
      holder,
      since: isMine ? since : now,
      until: now + ms,
    });
    return undefined;
  }

  async unlock(pageId: string, token: string): Promise<void> {
    const key = lockOf(pageId);
    const lock = fieldsOf(await this.store.get(key));
    if (lock.token === token) await this.store.delete(key);
  }

  private write({ key, record }: Use, leaseMs: number): Promise<void> {
    const expiresAt = Date.now() + leaseMs;
    return this.store.set(LEASE + key, { ...record, expiresAt });
  }

  private async leases(): Promise<LeaseEntry[]> {
    const leases: LeaseEntry[] = [];
    for (const [key, value] of await this.store.entries(LEASE)) {
      if (!LEASE_KEY.test(key)) continue;
      const record = readLease(value);
      if (record) leases.push([key.slice(LEASE.length), record]);
      else this.store.broken(key);
    }
    return leases;
  }

  private readName(key: string, value: unknown): NamedRecord | undefined {
    const record = readName(value);
    if (!record) this.store.broken(key);
    return record;
  }
}

function namesOf(pageId: string): string {
  return `directory:${pageId}:`;
}

function lockOf(pageId: string): string {
  return `lock:${pageId}`;
}
