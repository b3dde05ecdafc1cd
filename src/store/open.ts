import type { PersonaStoreError } from '../errors';

import { BrokenValues } from './broken';
import type { ConversationStore } from './conversations';
import { GuardedKeyv, type KeyvLike } from './keyv/guardedKeyv';
import { KeyvPort } from './keyv/keyvPort';
import { LocalConversations } from './localConversations';
import { MemoryStore } from './memory';
import type { StorePort } from './port';
import { RedisConversations } from './redis/redisConversations';
import { RedisPort } from './redis/redisPort';
import { RedisStore } from './redis/redisStore';

/** One port for each Keyv, so that several `personas()` of a process share what is on it. */
const keyvPorts = new WeakMap<KeyvLike, KeyvPort>();

/** @param onBroken called once for each value that is not ours */
export function openStore(
  store: KeyvLike | RedisStore | MemoryStore,
  onBroken: (error: PersonaStoreError) => void,
): StorePort {
  if (store instanceof MemoryStore) return store;
  if (store instanceof RedisStore) {
    return new RedisPort(store, new BrokenValues(onBroken));
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
  store: KeyvLike | RedisStore | MemoryStore,
  onBroken: (error: PersonaStoreError) => void,
): ConversationStore {
  if (store instanceof MemoryStore) return new LocalConversations();
  return store instanceof RedisStore
    ? new RedisConversations(store, new BrokenValues(onBroken))
    : new LocalConversations(new GuardedKeyv(store, onBroken));
}
