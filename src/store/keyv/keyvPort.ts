/**
 * store/keyv/ is the port on a Keyv, which has no atomic steps and no reliable
 * list of its keys. Within a process the steps are those of the memory; what has
 * to outlive the process is written to an index of its own (`processes.ts`), and
 * every call has a bound (`guardedKeyv.ts`).
 */
import { monotonicNow } from '../../util/monotonicNow';
import { readName } from '../fields';
import { MemoryStore, usedUntil } from '../memory';
import type {
  Acquired,
  LeaseEntry,
  LeaseOptions,
  NamedRecord,
  Settled,
  Use,
} from '../port';

import type { GuardedKeyv } from './guardedKeyv';
import { Processes, type IndexedLease, type ProcessIndex } from './processes';

/** A clock that differs by more was set. */
const MAX_CLOCK_DRIFT_MS = 1000;

/** Ephemeral personas are shared within one process only; names are shared by all. */
export class KeyvPort extends MemoryStore {
  override readonly isLasting = true;
  /** The keys of the names that this process has recorded. */
  private readonly names = new Set<string>();
  private readonly processes: Processes;
  private leaseMs = 60_000;
  private clockAheadMs = Date.now() - monotonicNow();
  /** From when on, by the monotonic clock, others have renewed their leases since the clock was set. */
  private trustedFrom = 0;

  constructor(private readonly store: GuardedKeyv) {
    super();
    this.processes = new Processes(store, () => this.index());
  }

  override async acquire(use: Use, options: LeaseOptions): Promise<Acquired> {
    const acquired = await super.acquire(use, options);
    if (acquired.as !== 'creator') return acquired;
    const { pageId } = use.record;
    try {
      const other = await this.announce(use, options);
      if (!other) return { ...acquired, record: await this.recordOf(use) };
      await this.forget(pageId, use.key);
      return { as: 'waiting', name: other.record.name };
    } catch (error) {
      // This process may go on, but under another key.
      await super.forget(pageId, use.key);
      throw error;
    }
  }

  override async renew(
    uses: readonly Use[],
    options: LeaseOptions,
  ): Promise<void> {
    this.leaseMs = options.leaseMs;
    await super.renew(uses, options);
    await this.processes.announce();
  }

  override async forget(pageId: string, key: string): Promise<void> {
    await super.forget(pageId, key);
    await this.processes.publish();
  }

  override async leasesOn(pageId: string): Promise<LeaseEntry[]> {
    const leases = new Map(await super.leasesOn(pageId));
    for (const { key, record } of await this.leasesOfOthers()) {
      const isNewer =
        record.expiresAt > (leases.get(key)?.expiresAt ?? -Infinity);
      if (record.pageId === pageId && isNewer) leases.set(key, record);
    }
    return [...leases];
  }

  /** Adopts expired leases, and the names of processes without any other. */
  override async expired(
    pageIds: readonly string[],
    since?: number,
  ): Promise<LeaseEntry[]> {
    const now = this.now();
    // What others wrote before the clock was set seems to be expired until they renew it.
    const isTrusted = this.isClockTrusted();
    const isExpired = ({ record }: IndexedLease) =>
      isTrusted && record.expiresAt < now;
    const others = await this.processes.others();
    const leases = others.flatMap((other) => other.leases);
    for (const { key, slot, record } of leases.filter(isExpired)) {
      this.adopt(key, slot, record);
    }
    const dead = others.filter((other) => other.leases.every(isExpired));
    for (const name of dead.flatMap(({ names }) => names)) this.names.add(name);
    if (dead.length > 0) {
      await this.processes.announce();
      await this.processes.remove(dead);
    }
    // Their process renewed these after another one had adopted them.
    const renewed = leases.filter((lease) => !isExpired(lease));
    const renewedKeys = new Set(renewed.map(({ key }) => key));
    const expired = await super.expired(pageIds, since);
    return expired.filter(([key]) => !renewedKeys.has(key));
  }

  override async nameOn(
    pageId: string,
    name: string,
  ): Promise<NamedRecord | undefined> {
    const key = keyOf(pageId, name);
    const value = await this.store.get(key);
    const record = readName(value);
    if (value !== undefined && !record) this.store.broken(key);
    return record;
  }

  override async namesOn(
    pageId: string,
    names: Iterable<string> = [],
  ): Promise<Map<string, NamedRecord>> {
    const wanted = new Set(names);
    const indexes = [...(await this.processes.others()), this.index()];
    const prefix = keyOf(pageId, '');
    for (const key of indexes.flatMap((index) => index.names)) {
      if (key.startsWith(prefix)) wanted.add(key.slice(prefix.length));
    }
    const records = new Map<string, NamedRecord>();
    const read = async (name: string) => {
      const record = await this.nameOn(pageId, name);
      if (record) records.set(name, record);
    };
    await Promise.all([...wanted].map(read));
    return records;
  }

  override async settle(
    settled: Settled,
    options: LeaseOptions,
  ): Promise<NamedRecord> {
    const { pageId, name, record, seenId, key } = settled;
    const stored = await this.nameOn(pageId, name);
    if (stored && stored.id !== seenId && stored.id !== record.id) {
      this.keepSurplus(settled, options);
      if (key !== undefined) await this.processes.publish();
      return stored;
    }
    await this.writeName(pageId, name, record);
    if (key !== undefined) await this.forget(pageId, key);
    return record;
  }

  override async writeName(
    pageId: string,
    name: string,
    record?: NamedRecord,
  ): Promise<void> {
    const key = keyOf(pageId, name);
    if (!record) {
      await this.store.delete(key);
      if (this.names.delete(key)) await this.processes.publish();
      return;
    }
    const isKnown = this.names.has(key);
    this.names.add(key);
    if (!isKnown) await this.processes.announce();
    await this.store.set(key, record);
  }

  /** The clock that processes have in common, as well as their machines agree. */
  protected override now(): number {
    return Date.now();
  }

  private isClockTrusted(): boolean {
    const now = monotonicNow();
    const aheadMs = Date.now() - now;
    if (Math.abs(aheadMs - this.clockAheadMs) > MAX_CLOCK_DRIFT_MS) {
      this.trustedFrom = now + this.leaseMs;
    }
    this.clockAheadMs = aheadMs;
    return now >= this.trustedFrom;
  }

  /** Publishes the intent. Returns another process's claim on the slot. */
  private async announce(
    use: Use,
    { claimMs }: LeaseOptions,
  ): Promise<IndexedLease | undefined> {
    const before = await this.claimOfOther(use, claimMs);
    if (before) return before;
    await this.processes.announce();
    // Of two that announce at the same time at least one sees the other.
    return this.claimOfOther(use, claimMs);
  }

  private async claimOfOther(
    use: Use,
    claimMs: number,
  ): Promise<IndexedLease | undefined> {
    // Processes do not share ephemeral personas.
    if (use.slot.startsWith('fly:')) return undefined;
    const now = this.now();
    return (await this.leasesOfOthers()).find(
      ({ slot, record, claimedUntil }) =>
        slot === use.slot &&
        record.pageId === use.record.pageId &&
        claimedUntil > now &&
        // Else it was written before the clock was set back.
        claimedUntil <= now + claimMs + MAX_CLOCK_DRIFT_MS,
    );
  }

  private async leasesOfOthers(): Promise<IndexedLease[]> {
    const others = await this.processes.others();
    return others.flatMap(({ leases }) => leases);
  }

  private async recordOf(use: Use): Promise<NamedRecord | undefined> {
    const [, name] = /^name:(.*)$/s.exec(use.slot) ?? [];
    if (name === undefined) return undefined;
    return this.nameOn(use.record.pageId, name);
  }

  private index(): ProcessIndex {
    const leases = this.leases().map(([key, lease]) => ({
      key,
      slot: lease.slot,
      claimedUntil: lease.record.id === null ? usedUntil(lease) : 0,
      record: { ...lease.record },
    }));
    return { leases, names: [...this.names] };
  }
}

function keyOf(pageId: string, name: string): string {
  return `directory:${pageId}:${name}`;
}
