import { isObject } from '../../util/isObject';

import type { Entries, PersonaStore } from './keyv';

/**
 * What lies beneath a Keyv: its adapter's raw entries, each decoded by itself.
 * Keyv 5's own iterator ends at the first value that is no JSON, and cuts every
 * key at its first colon, whatever stands before it.
 */
export interface Beneath {
  /** Whoever tells, by an `error` event, that the reading failed. */
  readonly adapter: Pick<PersonaStore, 'on'>;
  entries(): Entries;
  /** What a key that starts with `prefix` starts with in the adapter. */
  rawStart(prefix: string): string;
  /** What Keyv wraps a value in. Throws, or gives anything, for what it did not write. */
  decode(raw: unknown): Promise<unknown>;
}

type Keyv5 = PersonaStore & {
  store: Adapter;
  namespace: string | undefined;
  useKeyPrefix: boolean;
  deserializeData(data: string): Promise<unknown>;
};
type Keyv6 = PersonaStore & {
  store: Adapter & { iterator(): Entries };
  decode(data: unknown): Promise<unknown>;
};
type Adapter = Pick<PersonaStore, 'on'> & {
  namespace?: string;
  iterator?: (namespace?: string) => Entries;
};

/** `undefined` for a store that is no Keyv, or has nothing beneath that can be read. */
export function beneath(store: PersonaStore): Beneath | undefined {
  if (isKeyv5(store)) return beneath5(store);
  if (isKeyv6(store)) {
    const { store: adapter } = store;
    return {
      adapter,
      entries: () => adapter.iterator(),
      rawStart: (prefix) => prefix,
      decode: (raw) => store.decode(raw),
    };
  }
  return undefined;
}

function beneath5(keyv: Keyv5): Beneath | undefined {
  const { store: adapter } = keyv;
  const map = adapter instanceof Map ? (adapter as Entries) : undefined;
  const { iterator } = adapter;
  if (!map && !iterator) return undefined;
  return {
    adapter,
    // The adapter's namespace, as Keyv does: several Keyvs may share an adapter.
    entries: () =>
      map ?? iterator?.call(adapter, adapter.namespace) ?? new Map(),
    rawStart(prefix) {
      const start = `${keyv.namespace}:`;
      const isPrefixed = keyv.useKeyPrefix && Boolean(keyv.namespace);
      // Keyv puts nothing before a key that looks as if it had done so before.
      return isPrefixed && !prefix.startsWith(start) ? start + prefix : prefix;
    },
    // What an adapter gives that is no text, Keyv 5 takes as it is.
    decode: (raw) =>
      typeof raw === 'string'
        ? keyv.deserializeData(raw)
        : Promise.resolve(raw),
  };
}

function isKeyv5(store: PersonaStore): store is Keyv5 {
  return has(store, 'deserializeData') && hasAdapter(store);
}

function isKeyv6(store: PersonaStore): store is Keyv6 {
  return (
    has(store, 'decode') && hasAdapter(store) && has(store.store, 'iterator')
  );
}

function hasAdapter(store: object): store is { store: object } {
  return isObject(Reflect.get(store, 'store'));
}

function has(object: object, method: string): boolean {
  return typeof Reflect.get(object, method) === 'function';
}
