import { randomUUID } from 'node:crypto';

import { Keyv } from 'keyv';

import { checkOptions } from '../../src/checkOptions';
import type { KeyvLike } from '../../src/store/keyv/guardedKeyv';
import {
  slotOfName,
  type LeaseRecord,
  type NamedRecord,
  type StorePort,
} from '../../src/store/port';
import { PAGE } from './pages';
import { profile } from './personas';

/** The methods of a Keyv that the plugin calls, on a Map. */
export class MapStore implements KeyvLike {
  private readonly entries = new Map<string, unknown>();

  get(key: string): Promise<unknown> {
    return Promise.resolve(this.entries.get(key));
  }

  set(key: string, value: unknown): Promise<true> {
    this.entries.set(key, value);
    return Promise.resolve(true);
  }

  delete(key: string): Promise<boolean> {
    return Promise.resolve(this.entries.delete(key));
  }

  /** A copy of its entries. */
  all(): Map<string, unknown> {
    return new Map(this.entries);
  }
}

/** A Keyv that records writes of leases. */
export interface WatchedStore {
  readonly keyv: Keyv;
  /** The writes so far, oldest first; `null` for a removal. */
  readonly writes: { key: string; record: LeaseRecord | null }[];
  /** The records that it contains now. */
  records(): Promise<LeaseRecord[]>;
  /** Resolves with the next write for which `check` returns true. */
  next(check: (record: LeaseRecord | null) => boolean): Promise<LeaseRecord>;
}

/** A lease in the index of a process. */
interface Indexed {
  readonly key: string;
  readonly record: LeaseRecord;
}

/** @param onWrite called before each write of a lease */
export function watchedStore(onWrite = () => {}): WatchedStore {
  const keyv = new Keyv();
  const writes: WatchedStore['writes'] = [];
  const watchers = new Set<(record: LeaseRecord | null) => void>();
  const note = (key: string, record: LeaseRecord | null) => {
    onWrite();
    writes.push({ key, record });
    for (const watch of watchers) watch(record);
  };
  const known = new Map<string, string>();
  const noteAll = (leases: readonly Indexed[]) => {
    const gone = new Set(known.keys());
    for (const { key, record } of leases) {
      gone.delete(key);
      if (known.get(key) === JSON.stringify(record)) continue;
      known.set(key, JSON.stringify(record));
      note(key, record);
    }
    for (const key of gone) {
      known.delete(key);
      note(key, null);
    }
  };
  const set = keyv.set.bind(keyv);
  const remove = keyv.delete.bind(keyv);
  Object.assign(keyv, {
    set(key: string, value: { leases: Indexed[] }) {
      if (isIndex(key)) noteAll(structuredClone(value.leases));
      return set(key, value);
    },
    delete(key: string) {
      if (isIndex(key)) noteAll([]);
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

const isIndex = (key: string) => key.startsWith('process:');

/** The leases of all processes in the list. */
export async function recordsIn(keyv: KeyvLike): Promise<LeaseRecord[]> {
  return (await entriesOf(keyv)).map(([, record]) => record);
}

/** These leases with their keys. */
export async function entriesOf(
  keyv: KeyvLike,
): Promise<[string, LeaseRecord][]> {
  const list = (await keyv.get('processes')) ?? { ids: [] };
  const { ids } = list as { ids: string[] };
  const entries: [string, LeaseRecord][] = [];
  for (const id of ids) {
    const index = await keyv.get(`process:${id}`);
    const { leases = [] } = (index ?? {}) as { leases?: Indexed[] };
    for (const { key, record } of leases) entries.push([key, record]);
  }
  return entries;
}

/** The Keyv as checkOptions() returns it. */
export function checked(keyv: Keyv): KeyvLike {
  const { store } = checkOptions({ store: keyv });
  if ('get' in store) return store;
  throw new Error('This is not a Keyv');
}

/** Writes what a dead process leaves behind: the lease of a persona, or an intent. */
export async function leaveLease(
  keyv: KeyvLike,
  lease: {
    id: string | null;
    name: string;
    page?: { id: string };
    msAgo?: number;
  },
): Promise<void> {
  const { id, name, page = PAGE, msAgo = 1 } = lease;
  const expiresAt = Date.now() - msAgo;
  await leaveRecord(keyv, { pageId: page.id, id, ...profile(name), expiresAt });
}

/** Writes a lease of a dead process with any record. */
export async function leaveRecord(
  keyv: KeyvLike,
  record: unknown,
): Promise<void> {
  const lease = { key: randomUUID(), slot: 'fly:x', claimedUntil: 0, record };
  await leaveIndex(keyv, { leases: [lease], names: [] });
}

/** Writes the index of a dead process. Returns its key. */
export async function leaveIndex(
  keyv: KeyvLike,
  index: unknown,
): Promise<string> {
  const id = randomUUID();
  await keyv.set(`process:${id}`, index);
  const list = (await keyv.get('processes')) ?? { ids: [] };
  const { ids } = list as { ids: string[] };
  await keyv.set('processes', { ids: [...ids, id] });
  return `process:${id}`;
}

/** Calls a function whenever the list of processes has been read. */
export function onRead(keyv: Keyv, callback: () => void): void {
  const get = keyv.get.bind(keyv);
  Object.assign(keyv, {
    async get(key: string): Promise<unknown> {
      const value: unknown = await get(key);
      if (key === 'processes') callback();
      return value;
    },
  });
}

/** Changes leases as their processes would: `change` returns a record, or `undefined` for no change. */
export async function renewLeases(
  keyv: KeyvLike,
  change: (record: LeaseRecord) => LeaseRecord | undefined,
): Promise<void> {
  const leases = (await entriesOf(keyv)).flatMap(([key, record]) => {
    const changed = change(record);
    return changed
      ? [{ key, slot: 'fly:x', claimedUntil: 0, record: changed }]
      : [];
  });
  await leaveIndex(keyv, { leases, names: [] });
}

/** Records the persona of a name, where the name has none. */
export async function settleName(
  store: StorePort,
  pageId: string,
  name: string,
  record: NamedRecord,
): Promise<void> {
  await store.settle({
    pageId,
    slot: slotOfName(name),
    record,
    key: randomUUID(),
  });
}

/** What is recorded of a name. */
export async function nameOn(
  store: StorePort,
  pageId: string,
  name: string,
): Promise<NamedRecord | undefined> {
  const { key: _, ...record } =
    (await store.namesOn(pageId, [name])).get(name) ?? {};
  return 'id' in record ? record : undefined;
}

/** Removes the record of a name. */
export async function forgetName(
  store: StorePort,
  pageId: string,
  name: string,
): Promise<void> {
  const lease = (await store.namesOn(pageId, [name])).get(name);
  if (lease) await store.forget(pageId, lease.key);
}

/** An empty store with other methods. */
export function storeWith<T extends Partial<KeyvLike>>(
  methods: T,
): KeyvLike & T {
  return {
    get: () => Promise.resolve(undefined),
    set: () => Promise.resolve(true),
    delete: () => Promise.resolve(true),
    ...methods,
  };
}
