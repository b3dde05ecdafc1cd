import { randomUUID } from 'node:crypto';

import type { Page } from '../graph/page';
import type { EphemeralPersona, PersonaProfile } from '../profile';
import type { Acquired, LeaseRecord, Use } from '../store/port';
import { withTimeout } from '../util/withTimeout';

/** How long a handler waits until the ID is stored. */
const MAX_WAIT_MS = 1000;

interface PendingRelease {
  readonly askAt: number;
  /** Called if this process turns out to be the last that uses the persona. */
  readonly whenLast: () => void;
}

/** Implemented by `Leases`, which renews and writes a lease. */
interface LeaseKeeper {
  keyOf(page: Page): string;
  renew(leases: Lease[]): Promise<void>;
  abandon(lease: Lease): void;
  forget(page: Page, key: string): Promise<void>;
}

/** This process's use of one persona: an intent at first, complete once Messenger has answered the ID. */
export class Lease implements Use {
  key: string = randomUUID();
  readonly use = randomUUID();
  record: Omit<LeaseRecord, 'expiresAt'>;
  /** Whether other processes may use the persona: `false` if the store has not recorded the lease. */
  isShared = true;
  /** The personas that this one replaced, if it is a name's. */
  replaces: readonly string[] = [];
  /** The persona that the store keeps although it was removed. */
  replacedId: string | undefined;
  /** The Page's epoch at the claim; `undefined` while the store is away. */
  epoch: string | undefined;
  /** Whether another use has created the persona. */
  isJoined = false;
  /** Whether the intent keeps others from creating the persona. */
  keepsClaim = true;
  /** Whether the last write failed, which was reported. */
  isUnwritten = false;
  /** Whether a write that failed may still reach the store. */
  mayArriveLate = false;
  writes = 0;
  /** Whether a release may have been carried out, so that a renewal would undo it. */
  isReleased = false;
  /** A release to ask for again, at a time when others have renewed their leases. */
  pendingRelease: PendingRelease | undefined;

  constructor(
    private readonly leases: LeaseKeeper,
    readonly page: Page,
    private readonly profile: PersonaProfile,
    readonly slot: string,
  ) {
    this.record = this.newIntent();
  }

  get isIntent(): boolean {
    return this.record.id === null;
  }

  /** The persona's ID; empty for an intent. */
  get id(): string {
    return this.record.id ?? '';
  }

  get persona(): EphemeralPersona {
    const { id, name, profilePictureUrl } = this.record;
    return { id, name, profilePictureUrl };
  }

  join(user: Extract<Acquired, { as: 'user' }>): void {
    const { key, id, name, replaces = [] } = user;
    this.key = key;
    this.record = { ...this.record, id, name };
    this.replaces = replaces;
    this.isJoined = true;
  }

  /** Goes on without the store. What still arrives under the first key is a lease that no one completes. */
  goAlone(): void {
    this.key = randomUUID();
    this.replacedId = this.record.id ?? undefined;
    this.record = this.newIntent();
    this.isJoined = false;
    this.isShared = false;
    this.isUnwritten = true;
  }

  private newIntent(): Lease['record'] {
    const { name, profilePictureUrl } = this.profile;
    const pageId = this.leases.keyOf(this.page);
    return { pageId, id: null, name, profilePictureUrl };
  }

  /** A store that is away, or slow, gets it by a later renewal. */
  async complete(id: string): Promise<void> {
    this.record.id = id;
    const renewed = this.leases.renew([this]);
    await withTimeout(renewed, this.isUnwritten ? 0 : MAX_WAIT_MS, undefined);
  }

  abandon(): void {
    this.leases.abandon(this);
  }

  /** Removes the lease, because its persona does not exist. */
  remove(): Promise<void> {
    this.abandon();
    return this.leases.forget(this.page, this.key);
  }
}
