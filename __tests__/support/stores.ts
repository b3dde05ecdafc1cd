import { randomUUID } from 'node:crypto';

import { Keyv } from 'keyv';

import { checkOptions } from '../../src/checkOptions';
import type { PersonaStore } from '../../src/store/keyv/keyv';
import type { LeaseRecord } from '../../src/store/port';
import { PAGE } from './bot';
import { profile } from './faces';

/** A Keyv whose writes can be looked at, and waited for. */
export interface WatchedStore {
  readonly keyv: Keyv;
  /** What was written so far, oldest first; `null` for a removal. */
  readonly writes: { key: string; record: LeaseRecord | null }[];
  /** What is in it now. */
  records(): Promise<LeaseRecord[]>;
  /** Resolves with the first write after now that passes. */
  next(check: (record: LeaseRecord | null) => boolean): Promise<LeaseRecord>;
}

/** @param onWrite called before each write is carried out */
export function watchedStore(onWrite = () => {}): WatchedStore {
  const keyv = new Keyv();
  const writes: WatchedStore['writes'] = [];
  const watchers = new Set<(record: LeaseRecord | null) => void>();
  const note = (key: string, record: LeaseRecord | null) => {
    onWrite();
    writes.push({ key, record });
    for (const watch of watchers) watch(record);
  };
  const set = keyv.set.bind(keyv);
  const remove = keyv.delete.bind(keyv);
  Object.assign(keyv, {
    set(key: string, value: LeaseRecord) {
      note(key, value);
      return set(key, value);
    },
    delete(key: string) {
      note(key, null);
      return remove(key);
    },
  });
  return {
    keyv,
    writes,
    records: () => recordsIn(keyv),
    next: (check) =>
      new Promise((resolve) => {
        const watch = (record: LeaseRecord | null) => {
          if (!check(record)) return;
          watchers.delete(watch);
          resolve(record as LeaseRecord);
        };
        watchers.add(watch);
      }),
  };
}

export async function recordsIn(keyv: Keyv): Promise<LeaseRecord[]> {
  const records: LeaseRecord[] = [];
  for await (const [, record] of keyv.iterator?.(undefined) ?? []) {
    records.push(record as LeaseRecord);
  }
  return records;
}

/** The store as `personas()` takes it: one that can be iterated. */
export function checked(keyv: Keyv): PersonaStore {
  const { store } = checkOptions({ store: keyv });
  if ('iterator' in store) return store;
  throw new Error('it is no Keyv');
}

/** A key of a lease. */
export const leaseKey = () => `lease:${randomUUID()}`;

/** What a process that died leaves in the store: the lease of a persona, or an intent. */
export async function leaveLease(
  keyv: Keyv,
  lease: {
    id: string | null;
    name: string;
    page?: { id: string };
    msAgo?: number;
  },
): Promise<void> {
  const { id, name, page = PAGE, msAgo = 1 } = lease;
  await keyv.set(leaseKey(), {
    pageId: page.id,
    id,
    ...profile(name),
    expiresAt: Date.now() - msAgo,
  });
}

/** Calls back whenever all entries of a Keyv in memory have been read. */
export function onRead(keyv: Keyv, callback: () => void): void {
  const map = keyv.store as Map<string, unknown>;
  Reflect.set(map, Symbol.iterator, function* () {
    yield* map.entries();
    callback();
  });
}

/** What is in a Keyv in memory, by key; reading it is no reading of all entries. */
export async function entriesOf(keyv: Keyv): Promise<[string, LeaseRecord][]> {
  const map = keyv.store as Map<string, unknown>;
  const keys = [...map.keys()].map((key) => key.replace(/^keyv:/, ''));
  const entries: [string, LeaseRecord][] = [];
  for (const key of keys) {
    const record = await keyv.get<LeaseRecord>(key);
    if (record) entries.push([key, record]);
  }
  return entries;
}

/** A store of nothing, but for what the test says. */
export function storeWith<T extends Partial<PersonaStore>>(
  methods: T,
): PersonaStore & T {
  return {
    get: () => Promise.resolve(undefined),
    set: () => Promise.resolve(true),
    delete: () => Promise.resolve(true),
    iterator: () => [],
    ...methods,
  };
}
