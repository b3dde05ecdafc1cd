import type { PersonaError } from '../errors';
import type { Page } from '../graph/page';
import type { EphemeralPersona, PersonaProfile } from '../profile';
import type { LeaseEntry, NamedRecord, StorePort, Terms } from '../store/port';

import { Lease } from './lease';
import { Undone } from './undone';

/**
 * Another process takes over the making of a persona when its maker has not
 * said for so long that it is at it: it was killed, or stopped.
 */
const CLAIM_MS = 2000;
const CLAIM_RENEWAL_MS = 500;

/** Told what went wrong with cleaning up, and about which persona. */
export type ReportCleanup = (
  error: PersonaError,
  persona: EphemeralPersona | null,
) => void;

/** A name whose persona is known now. */
export interface Settling {
  readonly page: Page;
  readonly name: string;
  readonly record: NamedRecord;
  /** What the store had, and is of no use. */
  readonly seenId: string | undefined;
  /** The intent that it was made under. */
  readonly lease?: Lease | undefined;
}

/** This process's leases, kept up while their personas are in use. */
export class Leases {
  private readonly leases = new Set<Lease>();
  private onNone = () => {};
  private readonly undone = new Undone();
  /** Uses that could not be given back, and what is to be done when they are. */
  private readonly ungiven = new Map<Lease, () => void>();
  private renewal: NodeJS.Timeout | undefined;
  private claimRenewal: NodeJS.Timeout | undefined;
  private readonly terms: Terms;

  constructor(
    private readonly store: StorePort,
    private readonly leaseMs: number,
    private readonly report: ReportCleanup,
  ) {
    this.terms = { leaseMs, claimMs: CLAIM_MS };
  }

  /**
   * Takes up what others in the same slot have: the lease has the persona's ID
   * then. Without an ID the intent to make it is written down. `undefined` while
   * another process is making it. Never rejects: where the store is away, this
   * process goes on by itself.
   *
   * @param slot equal slots on a Page are shared
   */
  async take(
    page: Page,
    profile: PersonaProfile,
    slot: string,
  ): Promise<Lease | undefined> {
    const lease = new Lease(this, page.id, profile, slot);
    this.leases.add(lease);
    this.startRenewing();
    lease.writes += 1;
    try {
      const taken = await this.store.take(lease, this.terms);
      if (taken.as === 'waiting') {
        this.abandon(lease);
        return undefined;
      }
      if (taken.as === 'user') lease.join(taken.key, taken.id);
      else lease.tookOver = taken.tookOver;
    } catch (error) {
      this.tell(error, lease);
      lease.goAlone();
    } finally {
      lease.writes -= 1;
    }
    return lease;
  }

  /** Those that are kept up now: of personas in use, lingering, or about to be made or deleted. */
  held(): Lease[] {
    return [...this.leases];
  }

  /** Calls this whenever the last one is let go. */
  whenNoneIsHeld(listener: () => void): void {
    this.onNone = listener;
  }

  get isNoneHeld(): boolean {
    return this.leases.size === 0;
  }

  isHeld(lease: Lease): boolean {
    return this.leases.has(lease);
  }

  /** What the store knows of the Page's personas, this process's and others'. */
  on(pageId: string): Promise<LeaseEntry[]> {
    return this.store.leasesOn(pageId);
  }

  /** Those on these Pages whose time is over, but for those that this process keeps up. */
  async ranOut(pageIds: readonly string[]): Promise<LeaseEntry[]> {
    const ranOut = await this.store.ranOut(pageIds);
    const held = new Set(this.held().map(({ key }) => key));
    return ranOut.filter(([key]) => !held.has(key));
  }

  /** The IDs of the Page's personas made on the fly, as far as the store can be read. */
  async idsOn(pageId: string): Promise<Set<string>> {
    const records = await this.on(pageId).catch(() => []);
    const leases = this.held().map(({ record }) => record);
    const ids = [...records.map(([, record]) => record), ...leases];
    return new Set(ids.map(({ id }) => id).filter((id) => id !== null));
  }

  /** Whether it is this process's to delete now. */
  takeOver(entry: LeaseEntry): Promise<boolean> {
    return this.store.takeOver(entry, this.terms);
  }

  /** It could not be deleted: the next sweep may take it over. Never rejects. */
  async putBack(entry: LeaseEntry): Promise<void> {
    // It runs out again by itself.
    await this.store.putBack(entry).catch(() => {});
  }

  /** Never rejects. */
  write(lease: Lease): Promise<void> {
    return this.keep([lease]);
  }

  /**
   * Ends the use. `last`: this process deletes the persona, and keeps the lease
   * up until then. Otherwise the lease is let go, but where the store is away:
   * then `whenLast` is called if it says so when it is back. Never rejects.
   */
  async giveBack(
    lease: Lease,
    whenLast: () => void,
  ): Promise<'last' | 'others' | 'later'> {
    // Nobody else can have taken it up.
    if (!lease.isShared) return 'last';
    try {
      const given = await this.store.giveBack(lease, this.terms);
      this.ungiven.delete(lease);
      if (given === 'last') return 'last';
      this.abandon(lease);
      return 'others';
    } catch (error) {
      if (!this.ungiven.has(lease)) this.tell(error, lease);
      this.ungiven.set(lease, whenLast);
      return 'later';
    }
  }

  /**
   * Others may make the persona, as nobody waits for this making any more; the
   * intent is kept until it is answered.
   */
  unclaim(lease: Lease): void {
    if (!lease.isHeld || !isIntent(lease)) return;
    lease.isClaim = false;
    // The claim ends by itself too.
    this.store.giveBack(lease, this.terms).catch(() => {});
  }

  /** Leaves an intent to the sweep, and the making to whoever wants it next. Never rejects. */
  async leave(lease: Lease): Promise<void> {
    const given = await this.giveBack(lease, () => this.abandon(lease));
    if (given === 'last') this.abandon(lease);
  }

  /**
   * Writes down whom a name stands for, and ends the intent to make it; where the
   * store is away, when it is back. Gives what is written. Never rejects.
   *
   * @param onOther told when another process has written another ID: the lease goes on then
   */
  async settle(
    { page, name, record, seenId, lease }: Settling,
    onOther: (written: NamedRecord) => void,
  ): Promise<NamedRecord> {
    const settle = async () => {
      const key = lease?.key;
      const written = await this.store.settle(
        { pageId: page.id, name, record, seenId, key },
        this.terms,
      );
      if (written.id !== record.id) onOther(written);
      else if (lease) this.abandon(lease);
      return written;
    };
    try {
      return await settle();
    } catch (error) {
      // Told when the intent was to be written.
      if (!lease?.isUnwritten) this.report(error as PersonaError, null);
      if (lease) this.abandon(lease);
      this.later(`name:${page.id}:${name}`, async () => {
        await settle();
      });
      return record;
    }
  }

  /** Stops keeping the lease up; its record stays, for the sweep. */
  abandon(lease: Lease): void {
    if (!this.leases.delete(lease)) return;
    this.ungiven.delete(lease);
    this.stopRenewingIfDone();
    if (this.isNoneHeld) this.onNone();
  }

  /**
   * Removes the record, because there is no persona any more; where the store is
   * away, when it is back. Never rejects.
   */
  async forget(pageId: string, key: string): Promise<void> {
    try {
      await this.store.forget(pageId, key);
    } catch (error) {
      this.report(error as PersonaError, null);
      this.later(`lease:${key}`, () => this.store.forget(pageId, key));
    }
  }

  private later(about: string, step: () => Promise<void>): void {
    this.undone.add(about, step);
    this.startRenewing();
  }

  private startRenewing(): void {
    this.renewal ??= setInterval(
      () => this.renewAll(),
      this.leaseMs / 3,
    ).unref();
    this.claimRenewal ??= setInterval(
      () => this.renew(this.held().filter(isClaim)),
      CLAIM_RENEWAL_MS,
    ).unref();
  }

  private stopRenewingIfDone(): void {
    if (!this.isNoneHeld || !this.undone.isNone) return;
    clearInterval(this.renewal);
    clearInterval(this.claimRenewal);
    this.renewal = undefined;
    this.claimRenewal = undefined;
  }

  private renewAll(): void {
    this.undone.tryAgain(() => this.stopRenewingIfDone());
    for (const [lease, whenLast] of this.ungiven) {
      void this.giveBack(lease, whenLast).then((given) => {
        if (given === 'last') whenLast();
      });
    }
    this.renew(
      this.held().filter(
        (lease) => !isIntent(lease) && !this.ungiven.has(lease),
      ),
    );
  }

  private renew(leases: Lease[]): void {
    // A store that hangs is not given one more write for each renewal.
    const ready = leases.filter(({ writes }) => writes === 0);
    if (ready.length > 0) void this.keep(ready);
  }

  private async keep(leases: Lease[]): Promise<void> {
    for (const lease of leases) lease.writes += 1;
    let failure: unknown;
    try {
      await this.store.keep(leases, this.terms);
    } catch (error) {
      failure = error;
    }
    for (const lease of leases) {
      lease.writes -= 1;
      // Once for each lease: the renewals that follow will write it.
      if (failure !== undefined && !lease.isUnwritten)
        this.tell(failure, lease);
      lease.isUnwritten = failure !== undefined;
    }
  }

  private tell(error: unknown, { record }: Lease): void {
    const { id, name, profilePictureUrl } = record;
    this.report(error as PersonaError, { id, name, profilePictureUrl });
  }
}

function isClaim(lease: Lease): boolean {
  return isIntent(lease) && lease.isClaim;
}

function isIntent({ record }: Lease): boolean {
  return record.id === null;
}
