import type { PersonaStoreError } from '../errors';

import { BrokenValues } from './broken';
import { GuardedStore } from './keyv/guardedStore';
import type { PersonaStore } from './keyv/keyv';
import { KeyvPort } from './keyv/keyvPort';
import { MemoryStore } from './memory';
import type { StorePort } from './port';
import { RedisPort } from './redis/redisPort';
import { RedisStore } from './redis/redisStore';

/**
 * The port to what the option `store` of `personas()` was given.
 *
 * @param onBroken told of each value that is no record, once
 */
export function openStore(
  store: PersonaStore | RedisStore | MemoryStore,
  onBroken: (error: PersonaStoreError) => void,
): StorePort {
  if (store instanceof MemoryStore) return store;
  if (store instanceof RedisStore) {
    return new RedisPort(store, new BrokenValues(onBroken));
  }
  return new KeyvPort(new GuardedStore(store, onBroken));
}
