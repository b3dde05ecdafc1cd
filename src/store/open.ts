import type { PersonaStoreError } from '../errors';

import { BrokenValues } from './broken';
import type { ConversationStore } from './conversations';
import { GuardedKeyv, type KeyvLike } from './keyv/guardedKeyv';
import { KeyvPort } from './keyv/keyvPort';
import { LocalConversations } from './localConversations';
import { MemoryStore } from './memory';
import type { StorePort } from './port';
import { SharedStore } from './sharedStore';

/** One port for each Keyv, so that several `personas()` of a process share what is on it. */
const ports = new WeakMap<GuardedKeyv, KeyvPort>();
const guarded = new WeakMap<KeyvLike, GuardedKeyv>();

/** @param onBroken called once for each value that is not ours */
export function openStore(
  store: KeyvLike | SharedStore | MemoryStore,
  onBroken: (error: PersonaStoreError) => void,
): StorePort {
  if (store instanceof MemoryStore) return store;
  if (store instanceof SharedStore) {
    return store.openPort(new BrokenValues(onBroken));
  }
  const keyv = guardedKeyv(store, onBroken);
  const port = ports.get(keyv) ?? new KeyvPort(keyv);
  ports.set(keyv, port);
  return port;
}

/** The same for conversations. */
export function openConversations(
  store: KeyvLike | SharedStore | MemoryStore,
  lapseMs: number,
  onBroken: (error: PersonaStoreError) => void,
): ConversationStore {
  if (store instanceof MemoryStore) return new LocalConversations(lapseMs);
  return store instanceof SharedStore
    ? store.openConversations(new BrokenValues(onBroken), lapseMs)
    : new LocalConversations(lapseMs, guardedKeyv(store, onBroken));
}

/** One for each Keyv, so that a handler waits once for one that is away. */
function guardedKeyv(
  store: KeyvLike,
  onBroken: (error: PersonaStoreError) => void,
): GuardedKeyv {
  const keyv = guarded.get(store) ?? new GuardedKeyv(store, onBroken);
  guarded.set(store, keyv);
  return keyv;
}
