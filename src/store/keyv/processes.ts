import { randomUUID } from 'node:crypto';

import { PersonaStoreError } from '../../errors';
import { isId } from '../../graph/responses';
import { fieldsOf, readLease } from '../fields';
import type { LeaseRecord } from '../port';

import type { GuardedKeyv } from './guardedKeyv';

/** More processes than any fleet on a Keyv has; the one listed longest ago is dropped. */
const MAX_PROCESSES = 1000;
/** How often a process lists itself while others overwrite the list. */
const LISTING_TRIES = 5;

const LIST = 'processes';

/** A lease in a process's index. */
export interface IndexedLease {
  readonly key: string;
  readonly slot: string;
  /** Until when the process claims the slot; 0 once the persona exists. */
  readonly claimedUntil: number;
  readonly record: LeaseRecord;
}

/** What a process stores under a key of its own. */
export interface ProcessIndex {
  readonly leases: readonly IndexedLease[];
  /** The names that it has recorded, each after its Page's ID. */
  readonly names: readonly (readonly [pageId: string, name: string])[];
}

/**
 * The processes on a Keyv, which cannot list its keys reliably. Each writes an
 * index under a key of its own; only the list of processes is shared. Keyv has
 * no atomic update, so two that list themselves at the same time may overwrite
 * each other: each reads itself back, and lists itself again with each renewal.
 */
export class Processes {
  private readonly id = randomUUID();
  private isWritten = false;
  private writing: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(
    private readonly store: GuardedKeyv,
    /** This process's index as it is now. */
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
   * Resolves when others find this process.
   *
   * @throws PersonaStoreError, also when others overwrite the list again and again
   */
  async list(): Promise<void> {
    for (let tries = 0; tries < LISTING_TRIES; tries += 1) {
      const ids = await this.listed();
      if (ids.includes(this.id)) return;
      await this.store.set(LIST, {
        ids: [...ids, this.id].slice(-MAX_PROCESSES),
      });
    }
    throw new PersonaStoreError(
      'write to',
      'others overwrite the list of processes',
    );
  }

  /** The other processes' indexes, by their IDs; an empty one where there is none. */
  async others(): Promise<Map<string, ProcessIndex>> {
    const ids = (await this.listed()).filter((id) => id !== this.id);
    const indexes = await Promise.all(ids.map((id) => this.read(id)));
    return new Map(
      ids.map((id, at) => [id, indexes[at] ?? { leases: [], names: [] }]),
    );
  }

  /** Removes dead processes, once their leases and names are in this one's index. */
  async remove(dead: ReadonlyMap<string, ProcessIndex>): Promise<void> {
    const ids = (await this.listed()).filter((id) => !dead.has(id));
    await this.store.set(LIST, { ids });
    for (const [id, index] of dead) {
      // An empty one may belong to a process that writes its first lease just now.
      if (!isEmpty(index)) await this.store.delete(keyOf(id));
    }
  }

  private async write(): Promise<void> {
    const index = this.index();
    const hasNothing = isEmpty(index);
    if (hasNothing && !this.isWritten) return;
    this.isWritten = !hasNothing;
    if (hasNothing) await this.store.delete(keyOf(this.id));
    else await this.store.set(keyOf(this.id), index);
  }

  private async listed(): Promise<string[]> {
    const { ids } = fieldsOf(await this.store.get(LIST));
    return Array.isArray(ids) ? ids.filter(isUuid) : [];
  }

  private async read(id: string): Promise<ProcessIndex> {
    const key = keyOf(id);
    const { leases, names } = fieldsOf(await this.store.get(key));
    const readAll = <T>(
      values: unknown,
      read: (value: unknown) => T | undefined,
    ) => {
      const found: T[] = [];
      for (const value of Array.isArray(values) ? (values as unknown[]) : []) {
        const one = read(value);
        if (one) found.push(one);
        else this.store.broken(key);
      }
      return found;
    };
    return {
      leases: readAll(leases, readIndexed),
      names: readAll(names, readName),
    };
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
  const { key, slot, claimedUntil, record } = fieldsOf(value);
  const lease = readLease(record);
  if (!lease || !isUuid(key) || typeof slot !== 'string') return undefined;
  if (typeof claimedUntil !== 'number') return undefined;
  return { key, slot, claimedUntil, record: lease };
}

function readName(value: unknown): [string, string] | undefined {
  const [pageId, name] = Array.isArray(value) ? (value as unknown[]) : [];
  return isId(pageId) && typeof name === 'string' ? [pageId, name] : undefined;
}
