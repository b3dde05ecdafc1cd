import type { PersonaStoreError } from '../errors';

import { BrokenValues } from './broken';
import type { ConversationStore } from './conversations';
import { GuardedKeyv, type KeyvLike } from './keyv/guardedKeyv';
import { KeyvPort } from './keyv/keyvPort';
import { LocalConversations } from './localConversations';
import { MemoryStore } from './memory';
import type { StorePort } from './port';
import { SharedStore } from './sharedStore';

/** One for each Keyv, so that several `personas()` of a process share what is on it, and a handler waits once for one that is away. */
const ports = new WeakMap<KeyvLike, KeyvPort>();

/** @param onBroken called once for each value that is not ours */
export function openStore(
  store: KeyvLike | SharedStore | MemoryStore,
  onBroken: (error: PersonaStoreError) => void,
): StorePort {
  if (store instanceof MemoryStore) return store;
  return store instanceof SharedStore
    ? store.openPort(new BrokenValues(onBroken))
    : openKeyv(store, onBroken);
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
    : new LocalConversations(lapseMs, openKeyv(store, onBroken).keyv);
}

function openKeyv(
  store: KeyvLike,
  onBroken: (error: PersonaStoreError) => void,
): KeyvPort {
  const port =
    ports.get(store) ?? new KeyvPort(new GuardedKeyv(store, onBroken));
  ports.set(store, port);
  return port;
}
