/**
 * store/ is what processes agree on, asked in the words of what they do. This file
 * is the port; behind it are memory, a Keyv and Redis.
 */
import type { PersonaProfile } from '../profile';

/** What is kept of a persona made on the fly, or about to be made. It holds no token. */
export interface LeaseRecord extends PersonaProfile {
  pageId: string;
  /** `null` is an intent: the persona is about to be made, or its making was never answered. */
  id: string | null;
  /** Milliseconds since 1970, by the store's clock. Whoever comes later may delete the persona. */
  expiresAt: number;
}

/** A record under the key that the store has it by. */
export type LeaseEntry = [key: string, record: LeaseRecord];

/**
 * What is kept of a name on a Page: its persona's ID, and the profile that was
 * sent. Messenger lists another URL for the picture, so only this tells whether
 * the picture has changed since.
 */
export interface NamedRecord extends PersonaProfile {
  id: string;
  /** IDs of personas that this one took the place of and that may not be deleted yet. */
  replaces?: string[];
  /**
   * A persona that was about to be made in place of this one; those of the same
   * name that the Page had by then are others.
   */
  making?: PersonaProfile & { beside: string[] };
}

/** One process's use of a persona, or its intent to make one. */
export interface Use {
  /** Of the lease. Never used again for another persona, so that a step that comes late finds nothing to spoil. */
  readonly key: string;
  /** Of this use alone: giving it back touches no other, not even a later one of the same process. */
  readonly use: string;
  /** What the persona is wanted as; equal slots on a Page are shared. */
  readonly slot: string;
  readonly record: Omit<LeaseRecord, 'expiresAt'>;
}

/** How long something holds without being renewed; milliseconds. */
export interface Terms {
  /** A use, and whatever is written: who comes later may delete the persona. */
  readonly leaseMs: number;
  /** An intent: then another process may make the persona instead. */
  readonly claimMs: number;
}

/** Whether this process is to make the persona, another one does just now, or it exists. */
export type Taken =
  | { readonly as: 'waiting' }
  | {
      readonly as: 'maker';
      /** Whether another process meant to, and has not said how that ended. */
      readonly tookOver: boolean;
    }
  | { readonly as: 'user'; readonly key: string; readonly id: string };

/** A name whose persona is known now. */
export interface Settled {
  readonly pageId: string;
  readonly name: string;
  readonly record: NamedRecord;
  /** What was written there, and is of no use. */
  readonly seenId: string | undefined;
  /** Of the intent, where it was made under one. */
  readonly key: string | undefined;
}

/** Who keeps others from syncing a Page. */
export interface LockHolder {
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/**
 * What processes agree on, in the words of what they do. Each step is done whole
 * or not at all, and is harmless when it is done late. Every method may reject
 * with PersonaStoreError, within two seconds where a handler waits for it.
 */
export interface StorePort {
  /** Whether it outlives this process. */
  readonly isLasting: boolean;

  /** Takes up the persona of the use's slot, or writes down the intent to make it. */
  take(use: Use, terms: Terms): Promise<Taken>;
  /** Writes the uses down and renews them, also where the store has lost them. */
  keep(uses: readonly Use[], terms: Terms): Promise<void>;
  /**
   * Ends a use; of an intent only the claim, so that others may make the persona.
   * `last`: nobody can take the persona up any more, and this process
   * deletes it. `unknown`: the store had lost it, so that it may be in use; it runs out.
   */
  giveBack(use: Use, terms: Terms): Promise<'last' | 'others' | 'unknown'>;
  /** Removes a lease: there is no such persona any more, or none was made. */
  forget(pageId: string, key: string): Promise<void>;

  /** All leases on a Page. */
  leasesOn(pageId: string): Promise<LeaseEntry[]>;
  /** Those on these Pages that have run out. */
  ranOut(pageIds: readonly string[]): Promise<LeaseEntry[]>;
  /** Whether it is still run out: then it is this process's to delete, for as long as a lease. */
  takeOver(entry: LeaseEntry, terms: Terms): Promise<boolean>;
  /** It could not be deleted: the next sweep may take it over at once. */
  putBack(entry: LeaseEntry): Promise<void>;

  nameOn(pageId: string, name: string): Promise<NamedRecord | undefined>;
  namesOn(pageId: string): Promise<Map<string, NamedRecord>>;
  /**
   * Writes down whom a name stands for, and ends the intent, unless another
   * process has written another ID since `seenId` was read. Gives what is written
   * then: with another's ID the intent becomes the lease of a persona too many.
   */
  settle(settled: Settled, terms: Terms): Promise<NamedRecord>;
  setName(pageId: string, name: string, record: NamedRecord): Promise<void>;
  deleteName(pageId: string, name: string): Promise<void>;

  /** Keeps others from a Page until `unlock`, or until it is not renewed. Gives who does, if it is not this token. */
  lock(
    pageId: string,
    token: string,
    holder: string,
    ms: number,
  ): Promise<LockHolder | undefined>;
  unlock(pageId: string, token: string): Promise<void>;
}

/** Told of a value that is no record, by its key. Each costs only itself. */
export type OnBroken = (key: string) => void;
