/**
 * store/keyv/ is the port on a Keyv, which has no atomic steps and no reliable
 * list of its keys. Within a process the steps are those of the memory; what has
 * to outlive the process is written to an index of its own (`processes.ts`), and
 * every call has a bound (`guardedKeyv.ts`).
 */
import { PersonaStoreError } from '../../errors';
import { withTimeout } from '../../util/withTimeout';
import { readName } from '../fields';
import { MemoryStore, usedUntil } from '../memory';
import type {
  Acquired,
  LeaseEntry,
  LeaseOptions,
  NamedRecord,
  Released,
  ReleaseOptions,
  Settled,
  StorePort,
  Use,
} from '../port';

import type { GuardedKeyv } from './guardedKeyv';
import { Processes, type IndexedLease, type ProcessIndex } from './processes';

/** How long a handler waits for all the calls that a creation needs. */
const MAX_WAIT_MS = 2000;

const LATE = Symbol('late');

/**
 * Leases and names in a Keyv. Personas are shared within one process; another
 * one only waits where this process claims a name. What a dead process left is
 * swept by the processes' own clocks.
 */
export class KeyvPort implements StorePort {
  readonly isLasting = true;
  private readonly memory = new MemoryStore();
  private readonly names = new Map<string, readonly [string, string]>();
  private readonly processes: Processes;

  constructor(private readonly store: GuardedKeyv) {
    this.processes = new Processes(store, () => this.index());
  }

  async acquire(use: Use, options: LeaseOptions): Promise<Acquired> {
    const acquired = await this.memory.acquire(use, options);
    if (acquired.as !== 'creator') return acquired;
    const { pageId } = use.record;
    try {
      const other = await this.bounded(this.announce(use));
      if (!other) return { ...acquired, record: await this.recordOf(use) };
      await this.forget(pageId, use.key);
      return { as: 'waiting', name: other.record.name };
    } catch (error) {
      // No process but this one may go on with it, under another key.
      await this.memory.forget(pageId, use.key);
      throw error;
    }
  }

  async renew(uses: readonly Use[], options: LeaseOptions): Promise<void> {
    await this.memory.renew(uses, options);
    await this.processes.publish();
    await this.processes.list();
  }

  release(use: Use, options: ReleaseOptions): Promise<Released> {
    return this.memory.release(use, options);
  }

  async forget(pageId: string, key: string): Promise<void> {
    await this.memory.forget(pageId, key);
    await this.processes.publish();
  }

  async leasesOn(pageId: string): Promise<LeaseEntry[]> {
    const leases = new Map(await this.memory.leasesOn(pageId));
    for (const { leases: others } of (await this.processes.others()).values()) {
      for (const { key, record } of others) {
        if (record.pageId !== pageId) continue;
        const known = leases.get(key);
        if (!known || record.expiresAt > known.expiresAt) {
          leases.set(key, record);
        }
      }
    }
    return [...leases];
  }

  /** Adopts expired leases, and the names of processes without any other. */
  async expired(pageIds: readonly string[]): Promise<LeaseEntry[]> {
    const now = Date.now();
    const dead = new Map<string, ProcessIndex>();
    // Leases that their process renewed after another had adopted them.
    const renewed = new Set<string>();
    for (const [id, index] of await this.processes.others()) {
      let isDead = true;
      for (const { key, slot, record } of index.leases) {
        if (record.expiresAt < now) {
          this.memory.adopt(key, slot, record);
        } else {
          renewed.add(key);
          isDead = false;
        }
      }
      if (isDead) dead.set(id, index);
    }
    for (const { names } of dead.values()) {
      for (const [pageId, name] of names) this.remember(pageId, name);
    }
    if (dead.size > 0) {
      await this.processes.publish();
      await this.processes.list();
      await this.processes.remove(dead);
    }
    const expired = await this.memory.expired(pageIds);
    return expired.filter(([key]) => !renewed.has(key));
  }

  /** Nothing keeps another process from it too: it finds the persona deleted. */
  claimExpired(entry: LeaseEntry, options: LeaseOptions): Promise<boolean> {
    return this.memory.claimExpired(entry, options);
  }

  requeue(entry: LeaseEntry): Promise<void> {
    return this.memory.requeue(entry);
  }

  async nameOn(pageId: string, name: string): Promise<NamedRecord | undefined> {
    const key = keyOf(pageId, name);
    const value = await this.store.get(key);
    if (value === undefined) return undefined;
    const record = readName(value);
    if (!record) this.store.broken(key);
    return record;
  }

  async namesOn(
    pageId: string,
    names: Iterable<string>,
  ): Promise<Map<string, NamedRecord>> {
    const wanted = new Set(names);
    const indexes = [...(await this.processes.others()).values(), this.index()];
    for (const index of indexes) {
      for (const [page, name] of index.names) {
        if (page === pageId) wanted.add(name);
      }
    }
    const read = async (name: string) =>
      [name, await this.nameOn(pageId, name)] as const;
    const records = new Map<string, NamedRecord>();
    for (const [name, record] of await Promise.all([...wanted].map(read))) {
      if (record) records.set(name, record);
    }
    return records;
  }

  async settle(
    { pageId, name, record, seenId, key }: Settled,
    options: LeaseOptions,
  ): Promise<NamedRecord> {
    const stored = await this.nameOn(pageId, name);
    if (stored && stored.id !== seenId && stored.id !== record.id) {
      if (key !== undefined) {
        this.memory.keepSurplus(pageId, key, record.id, options);
        await this.processes.publish();
      }
      return stored;
    }
    await this.setName(pageId, name, record);
    if (key !== undefined) await this.forget(pageId, key);
    return record;
  }

  async setName(
    pageId: string,
    name: string,
    record: NamedRecord,
  ): Promise<void> {
    if (this.remember(pageId, name)) {
      await this.processes.publish();
      await this.processes.list();
    }
    await this.store.set(keyOf(pageId, name), record);
  }

  async deleteName(pageId: string, name: string): Promise<void> {
    await this.store.delete(keyOf(pageId, name));
    if (this.names.delete(keyOf(pageId, name))) await this.processes.publish();
  }

  /** Makes the intent known to others. Returns another process's claim on the slot, where names must not be created twice. */
  private async announce(use: Use): Promise<IndexedLease | undefined> {
    // Personas for blocks are not shared between processes.
    const isExclusive = !use.slot.startsWith('fly:');
    const before = isExclusive ? await this.claimOfOther(use) : undefined;
    if (before) return before;
    await this.processes.publish();
    await this.processes.list();
    // Of two that announce at the same time at least one sees the other.
    return isExclusive ? this.claimOfOther(use) : undefined;
  }

  private async claimOfOther({
    slot,
    record,
  }: Use): Promise<IndexedLease | undefined> {
    const now = Date.now();
    const others = await this.processes.others();
    return [...others.values()]
      .flatMap(({ leases }) => leases)
      .find(
        (lease) =>
          lease.slot === slot &&
          lease.record.pageId === record.pageId &&
          lease.claimedUntil > now,
      );
  }

  private recordOf({ slot, record }: Use): Promise<NamedRecord | undefined> {
    const [, name] = /^name:(.*)$/s.exec(slot) ?? [];
    return name === undefined
      ? Promise.resolve(undefined)
      : this.nameOn(record.pageId, name);
  }

  private async bounded<T>(work: Promise<T>): Promise<T> {
    const value = await withTimeout(work, MAX_WAIT_MS, LATE);
    if (value !== LATE) return value;
    throw new PersonaStoreError('write to', 'it did not answer in time');
  }

  /** Whether the name is new to this process. */
  private remember(pageId: string, name: string): boolean {
    const key = keyOf(pageId, name);
    if (this.names.has(key)) return false;
    this.names.set(key, [pageId, name]);
    return true;
  }

  private index(): ProcessIndex {
    const leases = this.memory.leases().map(([key, lease]) => ({
      key,
      slot: lease.slot,
      claimedUntil: lease.record.id === null ? usedUntil(lease) : 0,
      record: { ...lease.record },
    }));
    return { leases, names: [...this.names.values()] };
  }
}

function keyOf(pageId: string, name: string): string {
  return `directory:${pageId}:${name}`;
}
