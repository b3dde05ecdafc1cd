import type { BrokenValues } from './broken';
import type { ConversationStore } from './conversations';
import type { StorePort } from './port';

/**
 * A store that any number of processes share, as the option `store` of
 * `personas()` takes it. `redisStore()` returns one. CONTRIBUTING.md says how to
 * add another.
 */
export abstract class SharedStore {
  /**
   * @param broken called with each value that the plugin did not write
   * @internal
   */
  abstract openPort(broken: BrokenValues): StorePort;

  /**
   * @param lapseMs the option `disclosure.lapseMs`
   * @internal
   */
  abstract openConversations(
    broken: BrokenValues,
    lapseMs: number,
  ): ConversationStore;
}
