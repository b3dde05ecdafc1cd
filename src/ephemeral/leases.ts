import { PersonaCleanupError, type PersonaError } from '../errors';
import type { GraphFailure } from '../graph/graphFailure';
import type { Page } from '../graph/page';
import type { EphemeralPersona, PersonaProfile } from '../profile';
import type {
  LeaseEntry,
  LeaseOptions,
  NamedLease,
  NamedRecord,
  StorePort,
} from '../store/port';

import { Lease } from './lease';
import { WriteRetryQueue } from './writeRetryQueue';

/** When a claim expires that is not renewed: another process creates the persona then. */
const CLAIM_MS = 2000;
const CLAIM_RENEWAL_MS = 500;

/** `persona` is `null` if the error is not about a single one. */
export type OnCleanupError = (
  error: PersonaError,
  persona: EphemeralPersona | null,
) => void;

const LOST: GraphFailure = {
  message: 'the store had lost its lease, so others may use the persona',
};

/** This process's leases, renewed while their personas are in use; all that it asks of the store. */
export class Leases {
  private readonly leases = new Set<Lease>();
  private readonly retries: WriteRetryQueue;
  private readonly timers: NodeJS.Timeout[] = [];
  private whenNoneHeld: (() => void)[] = [];
  private isClosing = false;
  private readonly options: LeaseOptions;

  /** @param keyOf what the store knows a Page by */
  constructor(
    private readonly store: StorePort,
    readonly leaseMs: number,
    readonly report: OnCleanupError,
    readonly keyOf: (page: Page) => string = ({ id }) => id,
  ) {
    this.options = { leaseMs, claimMs: CLAIM_MS };
    this.retries = new WriteRetryQueue(leaseMs / 3);
  }

  /**
   * Acquires the slot's persona, or the intent to create it; `undefined` while
   * another process creates it. Never rejects: where the store is away, this
   * process goes on alone.
   */
  async acquire(
    page: Page,
    profile: PersonaProfile,
    slot: string,
  ): Promise<Lease | undefined> {
    const lease = new Lease(this, page, profile, slot);
    this.leases.add(lease);
    this.startRenewing();
    lease.writes += 1;
    try {
      const acquired = await this.store.acquire(lease, this.options);
      if (acquired.as === 'waiting') {
        this.abandon(lease);
        return undefined;
      }
      if (acquired.as === 'user') lease.join(acquired);
      else lease.epoch = acquired.epoch;
    } catch (error) {
      this.report(error as PersonaError, lease.persona);
      lease.goAlone();
    } finally {
      lease.writes -= 1;
    }
    return lease;
  }

  held(): Lease[] {
    return [...this.leases];
  }

  get isNoneHeld(): boolean {
    return this.leases.size === 0;
  }

  /** Resolves when no lease is held. */
  noneHeld(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isNoneHeld) resolve();
      else this.whenNoneHeld.push(resolve);
    });
  }

  on(page: Page): Promise<LeaseEntry[]> {
    return this.store.leasesOn(this.keyOf(page));
  }

  /**
   * The expired leases on these Pages, the oldest of each first, without those
   * that this process renews.
   *
   * @param since when the first of them expired: a store that has many gives some at a time
   */
  async expired(pages: readonly Page[], since?: number): Promise<LeaseEntry[]> {
    const keys = pages.map(this.keyOf);
    const expired = await this.store.expired(keys, since);
    const held = new Set(this.held().map(({ key }) => key));
    return expired.filter(([key]) => !held.has(key));
  }

  /** The IDs of the Page's ephemeral personas; of this process alone where the store is away. */
  async idsOn(page: Page): Promise<Set<string>> {
    const entries = await this.on(page).catch(() => []);
    const stored = entries.map(([, { id }]) => id);
    const held = this.held().map(({ record }) => record.id);
    return new Set([...stored, ...held].filter((id) => id !== null));
  }

  claimExpired(entry: LeaseEntry): Promise<boolean> {
    return this.store.claimExpired(entry, this.options);
  }

  /** Leaves a persona that could not be deleted to the next sweep. Never rejects. */
  async requeue(entry: LeaseEntry): Promise<void> {
    // The claim expires by itself too.
    await this.store.requeue(entry).catch(() => {});
  }

  /**
   * Ends the use. Resolves to whether this process is the last one and deletes the
   * persona. Where the store is away, or had lost the lease, `whenLast` is called
   * once it turns out to be. Never rejects.
   */
  async release(lease: Lease, whenLast: () => void): Promise<boolean> {
    // No other process can have acquired it.
    if (!lease.isShared) return true;
    const fence = !lease.isIntent && (lease.writes > 0 || lease.mayArriveLate);
    const options = { ...this.options, fence };
    const isFirst = !lease.isReleased;
    // A failed release is repeated with the next renewal.
    let askAt = 0;
    lease.isReleased = true;
    try {
      const released = await this.store.release(lease, options);
      if (released === 'others') {
        this.abandon(lease);
        return false;
      }
      // Renewed until the persona is deleted, or the answer is known.
      lease.isReleased = false;
      if (released === 'last') return true;
      askAt = performance.now() + this.leaseMs;
    } catch (error) {
      if (isFirst) this.report(error as PersonaError, lease.persona);
    }
    lease.pendingRelease = { whenLast, askAt };
    if (this.isClosing && askAt > 0) this.giveUp(lease, LOST);
    return false;
  }

  /** From now on leases that the store had lost are left to the sweep, as this process ends. */
  close(): void {
    this.isClosing = true;
    for (const lease of this.leases) {
      if (lease.pendingRelease?.askAt) this.giveUp(lease, LOST);
    }
    this.releasePending();
  }

  /** Leaves a persona to the sweep, and reports that. */
  giveUp(lease: Lease, failure: GraphFailure): void {
    if (!this.leases.has(lease)) return;
    this.abandon(lease);
    const { id, persona, page } = lease;
    const target = { id, name: persona.name };
    this.report(new PersonaCleanupError(target, page.id, failure), persona);
  }

  /** Lets others create the persona. The intent is kept until this creation is answered. */
  unclaim(lease: Lease): void {
    if (!this.leases.has(lease) || !lease.isIntent) return;
    lease.keepsClaim = false;
    const options = { ...this.options, fence: false };
    // The claim expires by itself too.
    this.store.release(lease, options).catch(() => {});
  }

  /** Leaves an intent to the sweep, and the creation to the slot's next user. Never rejects. */
  async leave(lease: Lease): Promise<void> {
    const abandon = () => this.abandon(lease);
    if (await this.release(lease, abandon)) abandon();
  }

  /**
   * Whether this process still has the claim, so that no other one can have created
   * a persona of the name. Never rejects.
   */
  async isStillClaimed(lease: Lease): Promise<boolean> {
    if (!lease.isShared) return true;
    try {
      const acquired = await this.store.acquire(lease, this.options);
      return acquired.as === 'creator' && acquired.epoch === lease.epoch;
    } catch (error) {
      this.report(error as PersonaError, null);
      return true;
    }
  }

  /** @throws PersonaStoreError */
  namesOn(
    page: Page,
    names: Iterable<string>,
  ): Promise<Map<string, NamedLease>> {
    return this.store.namesOn(this.keyOf(page), names);
  }

  /**
   * Makes the intent the lease of a name's persona; where the store is away, when
   * it is back. Resolves to the ID of the persona that the name has. Never rejects.
   *
   * @param onOther called with that ID if another process has settled the name: the intent stays then
   */
  async settle(
    lease: Lease,
    record: NamedRecord,
    onOther: (id: string) => void,
  ): Promise<string> {
    const { key, slot, replacedId } = lease;
    const { pageId } = lease.record;
    const settled = { pageId, slot, record, key, replacedId };
    const settle = async () => {
      const id = await this.store.settle(settled);
      if (id === record.id) this.abandon(lease);
      else onOther(id);
      return id;
    };
    try {
      return await settle();
    } catch (error) {
      // Reported when the intent was to be written.
      if (!lease.isUnwritten) this.report(error as PersonaError, null);
      this.abandon(lease);
      this.retries.add(`${slot} on ${pageId}`, settle);
      return record.id;
    }
  }

  /** Stops renewing the lease; its record stays, for the sweep. */
  abandon(lease: Lease): void {
    if (!this.leases.delete(lease) || !this.isNoneHeld) return;
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    for (const resolve of this.whenNoneHeld.splice(0)) resolve();
  }

  /** Removes a lease; where the store is away, when it is back. Never rejects. */
  async forget(page: Page, key: string): Promise<void> {
    const forget = () => this.store.forget(this.keyOf(page), key);
    try {
      await forget();
    } catch (error) {
      this.report(error as PersonaError, null);
      this.retries.add(`lease:${key}`, forget);
    }
  }

  /** Never rejects. */
  async renew(leases: Lease[]): Promise<void> {
    for (const lease of leases) lease.writes += 1;
    const failure = await this.store.renew(leases, this.options).then(
      () => undefined,
      (error: PersonaError) => error,
    );
    for (const lease of leases) {
      lease.writes -= 1;
      // Once for each lease: the following renewals will write it.
      if (failure && !lease.isUnwritten) this.report(failure, lease.persona);
      lease.isUnwritten = failure !== undefined;
      lease.mayArriveLate ||= lease.isUnwritten;
    }
  }

  private startRenewing(): void {
    if (this.timers.length > 0) return;
    const renewClaims = () =>
      this.renewIdle(({ isIntent, keepsClaim }) => isIntent && keepsClaim);
    const renewOthers = () => {
      this.releasePending();
      this.renewIdle(({ isIntent }) => !isIntent);
    };
    this.timers.push(
      setInterval(renewOthers, this.leaseMs / 3).unref(),
      setInterval(renewClaims, CLAIM_RENEWAL_MS).unref(),
    );
  }

  private releasePending(): void {
    const now = performance.now();
    for (const lease of this.leases) {
      const { pendingRelease } = lease;
      if (!pendingRelease || pendingRelease.askAt > now) continue;
      lease.pendingRelease = undefined;
      const { whenLast } = pendingRelease;
      void this.release(lease, whenLast).then((isLast) => {
        if (isLast) whenLast();
      });
    }
  }

  private renewIdle(isDue: (lease: Lease) => boolean): void {
    // A store that hangs gets no further write of a lease for each renewal.
    const isIdle = ({ writes, isReleased }: Lease) =>
      writes === 0 && !isReleased;
    const idle = this.held().filter((lease) => isDue(lease) && isIdle(lease));
    if (idle.length > 0) void this.renew(idle);
  }
}
