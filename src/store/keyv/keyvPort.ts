/**
 * store/keyv/ is the port on a Keyv, which has no atomic steps and no reliable
 * list of its keys. Within a process the steps are those of the memory; what has
 * to outlive the process is written to an index of its own (`processes.ts`), and
 * every call has a bound (`guardedKeyv.ts`).
 */
import { readName } from '../fields';
import { MemoryStore, usedUntil } from '../memory';
import {
  namedLease,
  nameOfSlot,
  slotInKey,
  slotOfName,
  type Acquired,
  type LeaseEntry,
  type LeaseOptions,
  type NamedLease,
  type Settled,
  type Use,
} from '../port';

import type { GuardedKeyv } from './guardedKeyv';
import { Processes, type IndexedLease, type ProcessIndex } from './processes';

/** A clock that differs by more was set. */
const MAX_CLOCK_DRIFT_MS = 1000;

/**
 * Ephemeral personas are shared within one process only; names are shared by all:
 * the lease of each has a value of its own in the Keyv, and none in the memory.
 */
export class KeyvPort extends MemoryStore {
  override readonly isLasting = true;
  /** The keys of the names that this process has recorded. */
  private readonly names = new Set<string>();
  private readonly processes: Processes;
  private leaseMs = 60_000;
  private clockAheadMs = Date.now() - performance.now();
  /** From when on, by the monotonic clock, others have renewed their leases since the clock was set. */
  private trustedFrom = 0;

  constructor(readonly keyv: GuardedKeyv) {
    super();
    this.processes = new Processes(keyv, () => this.index());
  }

  override async acquire(use: Use, options: LeaseOptions): Promise<Acquired> {
    const { slot } = use;
    const { pageId } = use.record;
    const settled = await this.nameOn(pageId, slot);
    if (settled) return { as: 'user', ...settled };
    const acquired = await super.acquire(use, options);
    if (acquired.as !== 'creator') return acquired;
    try {
      let other = await this.claimOfOther(use, options);
      if (!other) {
        await this.processes.announce();
        // Of two that announce at the same time at least one sees the other.
        other = await this.claimOfOther(use, options);
      }
      const settledSince = await this.nameOn(pageId, slot);
      if (!other && !settledSince) return acquired;
      await this.forget(pageId, use.key);
      return settledSince
        ? { as: 'user', ...settledSince }
        : { as: 'waiting', name: other?.record.name ?? '' };
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
    const slot = slotInKey(key);
    if ((await this.nameOn(pageId, slot))?.key === key) {
      const nameKey = keyOf(pageId, nameOfSlot(slot));
      await this.keyv.delete(nameKey);
      this.names.delete(nameKey);
      this.changeEpoch(pageId, key);
    }
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

  override async namesOn(
    pageId: string,
    names: Iterable<string> = [],
  ): Promise<Map<string, NamedLease>> {
    const wanted = new Set(names);
    const indexes = [...(await this.processes.others()), this.index()];
    const prefix = keyOf(pageId, '');
    for (const key of indexes.flatMap((index) => index.names)) {
      if (key.startsWith(prefix)) wanted.add(key.slice(prefix.length));
    }
    const leases = new Map<string, NamedLease>();
    const read = async (name: string) => {
      const lease = await this.nameOn(pageId, slotOfName(name));
      if (lease) leases.set(name, lease);
    };
    await Promise.all([...wanted].map(read));
    return leases;
  }

  override async settle(settled: Settled): Promise<string> {
    const { pageId, slot, record, key, replacedId } = settled;
    const other = await this.nameOn(pageId, slot);
    if (other && other.id !== record.id && other.id !== replacedId) {
      return other.id;
    }
    const nameKey = keyOf(pageId, nameOfSlot(slot));
    const isKnown = this.names.has(nameKey);
    this.names.add(nameKey);
    if (!isKnown) await this.processes.announce();
    await this.keyv.set(nameKey, record);
    await this.forget(pageId, key);
    return record.id;
  }

  /** The clock that processes have in common, as well as their machines agree. */
  protected override now(): number {
    return Date.now();
  }

  private isClockTrusted(): boolean {
    const now = performance.now();
    const aheadMs = Date.now() - now;
    if (Math.abs(aheadMs - this.clockAheadMs) > MAX_CLOCK_DRIFT_MS) {
      this.trustedFrom = now + this.leaseMs;
    }
    this.clockAheadMs = aheadMs;
    return now >= this.trustedFrom;
  }

  /** Another process's claim on the slot. */
  private async claimOfOther(
    use: Use,
    { claimMs }: LeaseOptions,
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

  private async nameOn(
    pageId: string,
    slot: string,
  ): Promise<NamedLease | undefined> {
    const name = nameOfSlot(slot);
    if (name === undefined) return undefined;
    const key = keyOf(pageId, name);
    const value = await this.keyv.get(key);
    const record = readName(value);
    if (value !== undefined && !record) this.keyv.broken.found(key);
    return record && namedLease(slot, record);
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

function keyOf(pageId: string, name = ''): string {
  return `directory:${pageId}:${name}`;
}
