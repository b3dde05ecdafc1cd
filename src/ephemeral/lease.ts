import { randomUUID } from 'node:crypto';

import type { PersonaProfile } from '../profile';
import type { LeaseRecord, Use } from '../store/port';

/** Who keeps leases: renews and writes them, until they are let go of. */
interface LeaseKeeper {
  write(lease: Lease): Promise<void>;
  isHeld(lease: Lease): boolean;
  abandon(lease: Lease): void;
  forget(pageId: string, key: string): Promise<void>;
}

/** This process's use of one persona: an intent at first, complete when Messenger has given the ID. */
export class Lease implements Use {
  key: string = randomUUID();
  readonly use = randomUUID();
  readonly record: Omit<LeaseRecord, 'expiresAt'>;
  /** Whether another process may have taken it up; never so of what the store did not take. */
  isShared = true;
  /** Whether another process meant to make the persona before, and has not said how that ended. */
  tookOver = false;
  /** Whether others are kept from making the persona while this is an intent. */
  isClaim = true;
  /** The store was away when it should have been written. */
  isUnwritten = false;
  /** How many writes of it are under way. */
  writes = 0;

  constructor(
    private readonly leases: LeaseKeeper,
    pageId: string,
    profile: PersonaProfile,
    readonly slot: string,
  ) {
    this.record = { pageId, id: null, ...profile };
  }

  /** Uses what another process made. */
  join(key: string, id: string): void {
    this.key = key;
    this.record.id = id;
  }

  /**
   * The store did not take it. Under another key, so that what arrives there
   * late after all is another lease, which nobody completes.
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

  get isHeld(): boolean {
    return this.leases.isHeld(this);
  }

  abandon(): void {
    this.leases.abandon(this);
  }

  /** There is no such persona any more, or none was made. */
  end(): Promise<void> {
    this.leases.abandon(this);
    return this.leases.forget(this.record.pageId, this.key);
  }
}
