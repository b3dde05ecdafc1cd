import type { PersonaStoreError } from '../errors';

import { BrokenValues } from './broken';
import { ConversationMemory, type ConversationStore } from './conversations';
import { GuardedKeyv, type KeyvLike } from './keyv/guardedKeyv';
import { KeyvConversations } from './keyv/keyvConversations';
import { KeyvPort } from './keyv/keyvPort';
import { MemoryStore } from './memory';
import type { StorePort } from './port';
import { SharedStore } from './sharedStore';

/** One port for each Keyv, so that several `personas()` of a process share what is on it. */
const keyvPorts = new WeakMap<KeyvLike, KeyvPort>();

/** @param onBroken called once for each value that is not ours */
export function openStore(
  store: KeyvLike | SharedStore | MemoryStore,
  onBroken: (error: PersonaStoreError) => void,
): StorePort {
  if (store instanceof MemoryStore) return store;
  if (store instanceof SharedStore) {
    return store.openPort(new BrokenValues(onBroken));
  }
  let port = keyvPorts.get(store);
  if (!port) {
    port = new KeyvPort(new GuardedKeyv(store, onBroken));
    keyvPorts.set(store, port);
  }
  return port;
}

/** The same for conversations. */
export function openConversations(
  store: KeyvLike | SharedStore | MemoryStore,
  onBroken: (error: PersonaStoreError) => void,
): ConversationStore {
  if (store instanceof MemoryStore) return new ConversationMemory();
  return store instanceof SharedStore
    ? store.openConversations(new BrokenValues(onBroken))
    : new KeyvConversations(new GuardedKeyv(store, onBroken));
}
