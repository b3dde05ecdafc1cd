import { randomUUID } from 'node:crypto';

import type { PersonaError } from '../errors';
import { isId } from '../messenger/answers';
import type { Page } from '../messenger/page';
import type { EphemeralPersona, PersonaProfile } from '../profile';
import { fieldsOf, readProfile } from '../store/fields';
import type { GuardedStore } from '../store/guardedStore';

const KEY_PREFIX = 'lease:';
/** Other programs may have keys of that prefix in the same store. */
const KEY = /^lease:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

const MOST_UNFORGOTTEN = 10_000;

/** Told what went wrong with cleaning up, and about which persona. */
export type ReportCleanup = (
  error: PersonaError,
  persona: EphemeralPersona | null,
) => void;

/** What the store keeps of a persona made on the fly. It holds no token. */
export interface LeaseRecord extends PersonaProfile {
  pageId: string;
  /** `null` is an intent: the persona is about to be made, or its making was never answered. */
  id: string | null;
  /** Milliseconds since 1970. Whoever comes later may delete the persona. */
  expiresAt: number;
}

/** A record under the key that the store has it by. */
export type LeaseEntry = [key: string, record: LeaseRecord];

/** This process's leases, kept up while their personas are in use. */
export class Leases {
  private readonly leases = new Map<string, Lease>();
  private onNone = () => {};
  /** Records that could not be removed when their personas went. */
  private readonly unforgotten = new Set<string>();
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: GuardedStore,
    private readonly leaseMs: number,
    private readonly report: ReportCleanup,
  ) {}

  /** Writes down that a persona is about to be made. Never rejects. */
  async open(page: Page, profile: PersonaProfile): Promise<Lease> {
    const lease = new Lease(this, page.id, profile);
    this.leases.set(lease.key, lease);
    this.startRenewing();
    await this.write(lease);
    return lease;
  }

  /** Those that are kept up now: of personas in use, lingering, or about to be made or deleted. */
  held(): Lease[] {
    return [...this.leases.values()];
  }

  /** Calls this whenever the last one is let go. */
  whenNoneIsHeld(listener: () => void): void {
    this.onNone = listener;
  }

  get isNoneHeld(): boolean {
    return this.leases.size === 0;
  }

  isHeld(lease: Lease): boolean {
    return this.leases.has(lease.key);
  }

  /** What the store knows of the personas of all Pages, this process's and others'. */
  async records(): Promise<LeaseEntry[]> {
    const records: LeaseEntry[] = [];
    for (const [key, value] of await this.store.entries(KEY_PREFIX)) {
      if (!KEY.test(key)) continue;
      const record = readLease(value);
      if (record) records.push([key, record]);
      else this.store.broken(key);
    }
    return records;
  }

  /** The same of one Page. */
  async recordsOf(pageId: string): Promise<LeaseEntry[]> {
    const records = await this.records();
    return records.filter(([, record]) => record.pageId === pageId);
  }

  /** Those whose time is over, but for those that this process keeps up. */
  ranOut(records: LeaseEntry[]): LeaseEntry[] {
    const now = Date.now();
    return records.filter(
      ([key, { expiresAt }]) => expiresAt < now && !this.leases.has(key),
    );
  }

  /** The IDs of the Page's personas made on the fly, as far as the store can be read. */
  async idsOn(pageId: string): Promise<Set<string>> {
    const records = await this.recordsOf(pageId).catch(() => []);
    const leases = this.held().map(({ record }) => record);
    const ids = [...records.map(([, record]) => record), ...leases];
    return new Set(ids.map(({ id }) => id).filter((id) => id !== null));
  }

  async write(lease: Lease): Promise<void> {
    lease.writes += 1;
    try {
      await this.store.set(lease.key, {
        ...lease.record,
        expiresAt: Date.now() + this.leaseMs,
      });
      lease.isUnwritten = false;
    } catch (error) {
      // Once for each lease: the renewals that follow will write it.
      if (!lease.isUnwritten) this.tell(error, lease);
      lease.isUnwritten = true;
    } finally {
      lease.writes -= 1;
    }
  }

  /** Stops keeping the lease up; its record stays, for the sweep. */
  abandon(lease: Lease): void {
    if (!this.leases.delete(lease.key)) return;
    this.stopRenewingIfDone();
    if (this.isNoneHeld) this.onNone();
  }

  /**
   * Removes the record, because there is no persona any more; where the store is
   * away, when it is back. Never rejects.
   */
  async forget(key: string): Promise<void> {
    try {
      await this.store.delete(key);
      this.unforgotten.delete(key);
      this.stopRenewingIfDone();
    } catch (error) {
      if (this.unforgotten.has(key)) return;
      this.report(error as PersonaError, null);
      // What is one too many runs out by itself, and is swept.
      if (this.unforgotten.size >= MOST_UNFORGOTTEN) return;
      this.unforgotten.add(key);
      this.startRenewing();
    }
  }

  private startRenewing(): void {
    this.renewal ??= setInterval(
      () => this.renewAll(),
      this.leaseMs / 3,
    ).unref();
  }

  private stopRenewingIfDone(): void {
    if (!this.isNoneHeld || this.unforgotten.size > 0) return;
    clearInterval(this.renewal);
    this.renewal = undefined;
  }

  private renewAll(): void {
    for (const key of this.unforgotten) void this.forget(key);
    for (const lease of this.leases.values()) {
      // A store that hangs is not given one more write for each renewal.
      if (lease.writes === 0) void this.write(lease);
    }
  }

  private tell(error: unknown, { record }: Lease): void {
    const { id, name, profilePictureUrl } = record;
    this.report(error as PersonaError, { id, name, profilePictureUrl });
  }
}

/** One persona's lease: an intent at first, complete when Messenger has given the ID. */
export class Lease {
  readonly key: string;
  readonly record: Omit<LeaseRecord, 'expiresAt'>;
  /** The store was away when it should have been written. */
  isUnwritten = false;
  /** How many writes of it are under way. */
  writes = 0;

  constructor(
    private readonly leases: Leases,
    pageId: string,
    profile: PersonaProfile,
  ) {
    this.key = KEY_PREFIX + randomUUID();
    this.record = { pageId, id: null, ...profile };
  }

  complete(id: string): Promise<void> {
    this.record.id = id;
    return this.leases.write(this);
  }

  get isHeld(): boolean {
    return this.leases.isHeld(this);
  }

  abandon(): void {
    this.leases.abandon(this);
  }

  end(): Promise<void> {
    this.leases.abandon(this);
    return this.leases.forget(this.key);
  }
}

function readLease(value: unknown): LeaseRecord | undefined {
  const fields = fieldsOf(value);
  const profile = readProfile(fields);
  const { pageId, id, expiresAt } = fields;
  if (!profile || !isId(pageId)) return undefined;
  if (id !== null && !isId(id)) return undefined;
  if (typeof expiresAt !== 'number' || !Number.isFinite(expiresAt)) {
    return undefined;
  }
  return { ...profile, pageId, id, expiresAt };
}
