import { randomUUID } from 'node:crypto';

import { PersonaStoreError } from '../../errors';
import { propertiesOf, textOrNone } from '../../util/values';
import { readLease } from '../fields';
import type { LeaseRecord } from '../port';

import type { GuardedKeyv } from './guardedKeyv';

/** More than any fleet on a Keyv has; the one listed longest ago is dropped. */
const MAX_PROCESSES = 1000;
/** How often a process lists itself while others overwrite the list. */
const LISTING_TRIES = 5;

const LIST = 'processes';

export interface IndexedLease {
  readonly key: string;
  readonly slot: string;
  /** Until when the process claims the slot; 0 once the persona exists. */
  readonly claimedUntil: number;
  readonly record: LeaseRecord;
}

/** What a process stores under a key of its own: its leases, and the keys of names that it has recorded. */
export interface ProcessIndex {
  readonly leases: readonly IndexedLease[];
  readonly names: readonly string[];
}

interface OtherProcess extends ProcessIndex {
  readonly id: string;
}

/**
 * The processes on a Keyv. Each writes an index under a key of its own; only the
 * list of processes is shared. Keyv has no atomic update, so two that list
 * themselves at the same time may overwrite each other: each reads itself back,
 * and lists itself again with each renewal.
 */
export class Processes {
  private readonly id = randomUUID();
  private isWritten = false;
  private writing: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(
    private readonly store: GuardedKeyv,
    private readonly index: () => ProcessIndex,
  ) {}

  /** Writes this process's index. Calls during a write share the next one. */
  publish(): Promise<void> {
    this.next ??= this.writing.then(() => {
      this.next = undefined;
      const written = this.write();
      this.writing = written.catch(() => {});
      return written;
    });
    return this.next;
  }

  /**
   * Writes this process's index where others find it.
   *
   * @throws PersonaStoreError, also when others overwrite the list again and again
   */
  async announce(): Promise<void> {
    await this.publish();
    for (let tries = 0; tries < LISTING_TRIES; tries += 1) {
      const listed = await this.listed();
      if (listed.includes(this.id)) return;
      const ids = [...listed, this.id].slice(-MAX_PROCESSES);
      await this.store.set(LIST, { ids });
    }
    throw new PersonaStoreError(
      'write to',
      'others overwrite the list of processes',
    );
  }

  /** The other processes, with an empty index where they have none. */
  async others(): Promise<OtherProcess[]> {
    const ids = (await this.listed()).filter((id) => id !== this.id);
    return Promise.all(ids.map((id) => this.read(id)));
  }

  /** Removes dead processes, once their leases and names are in this one's index. */
  async remove(dead: readonly OtherProcess[]): Promise<void> {
    const deadIds = new Set(dead.map(({ id }) => id));
    const ids = (await this.listed()).filter((id) => !deadIds.has(id));
    await this.store.set(LIST, { ids });
    for (const other of dead) {
      // An empty one may belong to a process that writes its first lease just now.
      if (!isEmpty(other)) await this.store.delete(keyOf(other.id));
    }
  }

  private async write(): Promise<void> {
    const index = this.index();
    const wasWritten = this.isWritten;
    this.isWritten = !isEmpty(index);
    if (this.isWritten) await this.store.set(keyOf(this.id), index);
    else if (wasWritten) await this.store.delete(keyOf(this.id));
  }

  private async listed(): Promise<string[]> {
    const { ids } = propertiesOf(await this.store.get(LIST));
    return Array.isArray(ids) ? ids.filter(isUuid) : [];
  }

  private async read(id: string): Promise<OtherProcess> {
    const key = keyOf(id);
    const { leases, names } = propertiesOf(await this.store.get(key));
    return {
      id,
      leases: this.readAll(key, leases, readIndexed),
      names: this.readAll(key, names, textOrNone),
    };
  }

  private readAll<T>(
    key: string,
    values: unknown,
    read: (value: unknown) => T | undefined,
  ): T[] {
    if (!Array.isArray(values)) return [];
    const found = values.map(read);
    if (found.includes(undefined)) this.store.broken.found(key);
    return found.filter((one) => one !== undefined);
  }
}

function isEmpty({ leases, names }: ProcessIndex): boolean {
  return leases.length === 0 && names.length === 0;
}

function keyOf(id: string): string {
  return `process:${id}`;
}

function isUuid(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(value)
  );
}

function readIndexed(value: unknown): IndexedLease | undefined {
  const { key, slot, claimedUntil, record } = propertiesOf(value);
  const lease = readLease(record);
  if (!lease || !isUuid(key) || typeof slot !== 'string') return undefined;
  if (typeof claimedUntil !== 'number') return undefined;
  return { key, slot, claimedUntil, record: lease };
}
