import { randomUUID } from 'node:crypto';

import type { PersonaProfile } from '../profile';
import type { Acquired, LeaseRecord, Use } from '../store/port';

/** What a lease needs of `Leases`, which renews and writes it. */
interface LeaseKeeper {
  write(lease: Lease): Promise<void>;
  isHeld(lease: Lease): boolean;
  abandon(lease: Lease): void;
  forget(pageId: string, key: string): Promise<void>;
}

/** This process's use of one persona: an intent at first, complete once Messenger has answered the ID. */
export class Lease implements Use {
  key: string = randomUUID();
  readonly use = randomUUID();
  readonly record: Omit<LeaseRecord, 'expiresAt'>;
  /** Whether other processes may use the persona too; not where the store did not take the lease. */
  isShared = true;
  /** What the store has answered to the intent; not where it is away. */
  claim: Extract<Acquired, { as: 'creator' }> | undefined;
  /** Whether the intent keeps others from creating the persona. */
  isClaim = true;
  /** Whether the last write failed, which was reported. */
  isUnwritten = false;
  /** Whether a write that failed may still reach the store. */
  mayArriveLate = false;
  /** Writes under way. */
  writes = 0;
  /** Whether a release may have been carried out, so that a renewal would undo it. */
  isReleased = false;

  constructor(
    private readonly leases: LeaseKeeper,
    pageId: string,
    profile: PersonaProfile,
    readonly slot: string,
  ) {
    const { name, profilePictureUrl } = profile;
    this.record = { pageId, id: null, name, profilePictureUrl };
  }

  get isIntent(): boolean {
    return this.record.id === null;
  }

  get isHeld(): boolean {
    return this.leases.isHeld(this);
  }

  /** Uses what another process created. */
  join(key: string, id: string): void {
    this.key = key;
    this.record.id = id;
  }

  /**
   * Goes on without the store, under another key: what still arrives under the
   * first is another lease, which nobody completes.
   */
  goAlone(): void {
    this.key = randomUUID();
    this.isShared = false;
    this.isUnwritten = true;
  }

  complete(id: string): Promise<void> {
    this.record.id = id;
    return this.leases.write(this);
  }

  abandon(): void {
    this.leases.abandon(this);
  }

  /** Removes the lease, because its persona does not exist. */
  remove(): Promise<void> {
    this.leases.abandon(this);
    return this.leases.forget(this.record.pageId, this.key);
  }
}
