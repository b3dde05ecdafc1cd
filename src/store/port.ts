/**
 * store/ is what processes agree on: leases on personas. Those of names have no
 * end. This file is the port; behind it are memory, a Keyv and Redis.
 */
import type { PersonaProfile } from '../profile';

/** What is stored about an ephemeral persona. It holds no token. */
export interface LeaseRecord extends PersonaProfile {
  pageId: string;
  /** `null` is an intent: the persona is about to be created, or its creation was never answered. */
  id: string | null;
  /** Milliseconds, by the store's clock: since 1970, but in memory. After it any sweep may delete the persona. */
  expiresAt: number;
}

export type LeaseEntry = [key: string, record: LeaseRecord];

/** How many leases of a Page `expired` returns at most. */
export const EXPIRED_AT_ONCE = 250;

/** What is stored about the persona of a name. Only this record has the URL of the picture that was sent. */
export interface NamedRecord extends PersonaProfile {
  id: string;
  /** IDs of personas that this one replaced and that may not be deleted yet. */
  replaces?: string[];
  /** A persona that was about to replace this one. `beside`: the personas of the same name that the Page had then. */
  making?: PersonaProfile & { beside: string[] };
}

/** The lease of a name's persona: no sweep deletes that, and no use of it is counted. */
export interface NamedLease extends NamedRecord {
  readonly key: string;
}

/** @param slot of the name */
export function namedLease(slot: string, record: NamedRecord): NamedLease {
  return { ...record, key: `${slot} ${record.id}` };
}

/** The slot in the key of a name's lease; empty for other keys. */
export function slotInKey(key: string): string {
  return /^(name:.*) \d+$/s.exec(key)?.[1] ?? '';
}

/** The slot of a name of the directory. */
export function slotOfName(name: string): string {
  return `name:${name}`;
}

/** The name of such a slot; `undefined` for other slots. */
export function nameOfSlot(slot: string): string | undefined {
  return slot.startsWith('name:') ? slot.slice('name:'.length) : undefined;
}

/** One process's use of a persona, or its intent to create one. */
export interface Use {
  /** The lease's key. It is never reused for another persona, so a step that arrives late finds nothing to damage. */
  readonly key: string;
  /** Identifies this use alone: releasing it touches no other use, not even a later one of the same process. */
  readonly use: string;
  /** What the persona is wanted as; equal slots on a Page share one persona. */
  readonly slot: string;
  readonly record: Omit<LeaseRecord, 'expiresAt'>;
}

/** How long leases and claims last without being renewed, in milliseconds. */
export interface LeaseOptions {
  /** After this any sweep may delete the persona. */
  readonly leaseMs: number;
  /** After this another process may create the persona of an intent. */
  readonly claimMs: number;
}

export interface ReleaseOptions extends LeaseOptions {
  /** Whether to refuse a renewal that arrives after the release: it would revive the use. */
  readonly fence: boolean;
}

export type Acquired =
  /** Create the persona. The same use gets this answer again, and extends its claim. */
  | {
      readonly as: 'creator';
      /**
       * While this stays the same on a Page, every persona that was created for
       * a name has a lease. It changes where a claim is taken over, as its holder
       * may have created the persona, where a name's lease is removed, and where
       * the store has lost its data.
       */
      readonly epoch: string;
    }
  /** Wait: another process is creating it. `name` is in that process's intent. */
  | { readonly as: 'waiting'; readonly name: string }
  /** Use the persona that exists. Customers see `name`; `replaces` is that of the name's record. */
  | {
      readonly as: 'user';
      readonly key: string;
      readonly id: string;
      readonly name: string;
      readonly replaces?: readonly string[] | undefined;
    };

/**
 * `last`: no other process can acquire the persona, and this one deletes it.
 * `unknown`: the store had lost the lease, so others may use the persona who have
 * not renewed it since. The use is recorded again, to be released later.
 */
export type Released = 'last' | 'others' | 'unknown';

export interface Settled {
  readonly pageId: string;
  /** The slot of the name. */
  readonly slot: string;
  readonly record: NamedRecord;
  /** The key of the intent under which the persona was created or found. */
  readonly key: string;
  /** The ID of the name's persona so far, which this one replaces. */
  readonly replacedId?: string | undefined;
}

/**
 * Each step happens entirely or not at all, and is harmless when it runs late or
 * twice. Every method may reject with PersonaStoreError, within two seconds where
 * a handler waits for it.
 */
export interface StorePort {
  /** Whether it outlives this process. */
  readonly isLasting: boolean;

  /** Uses the slot's persona, or records the intent to create it. */
  acquire(use: Use, options: LeaseOptions): Promise<Acquired>;
  /** Records and renews the uses, also where the store has lost them. */
  renew(uses: readonly Use[], options: LeaseOptions): Promise<void>;
  /** Ends a use; of an intent only the claim, so that others may create the persona. */
  release(use: Use, options: ReleaseOptions): Promise<Released>;
  /** Removes a lease: its persona does not exist. */
  forget(pageId: string, key: string): Promise<void>;

  /** The leases of ephemeral personas, and all intents. */
  leasesOn(pageId: string): Promise<LeaseEntry[]>;
  /**
   * The leases that expired first on these Pages.
   *
   * @param since leaves out those that expired before this
   */
  expired(pageIds: readonly string[], since?: number): Promise<LeaseEntry[]>;
  /** Whether the lease is still expired: then this process deletes its persona, within `leaseMs`. */
  claimExpired(entry: LeaseEntry, options: LeaseOptions): Promise<boolean>;
  /** Lets the next sweep claim a persona that could not be deleted. */
  requeue(entry: LeaseEntry): Promise<void>;

  /**
   * Makes the intent the lease of a name's persona, also where the store has lost
   * it. Where the name has another persona, the intent stays. Resolves to the ID
   * of the persona that the name has.
   */
  settle(settled: Settled): Promise<string>;
  /**
   * The leases of names, by name.
   *
   * @param names names to look up in any case, by a store that cannot list all
   */
  namesOn(
    pageId: string,
    names: Iterable<string>,
  ): Promise<Map<string, NamedLease>>;
}
