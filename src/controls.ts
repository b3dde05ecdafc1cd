import { setImmediate } from 'node:timers/promises';

import { checkTimeout } from './checkOptions';
import type { PersonaClients } from './context/clientTypes';
import { ClientRegistry, notTaken } from './context/personaClient';
import { createConversationControls } from './context/conversationControls';
import type { Runtime } from './runtime';

/** The methods of what `personas()` and `personaClients()` return. */
export function createControls<Name extends string>(
  runtime: Runtime,
): PersonaClients<Name> {
  const { pool, handles, stats, sweeper } = runtime;
  const clients = new ClientRegistry(runtime);
  return {
    client: (client: object, options?: { channel: string }) =>
      clients.of(client, options) as never,
    async close(options) {
      const timeoutMs = checkTimeout(options);
      sweeper.close();
      const closed = pool.close(timeoutMs);
      handles.close();
      await closed;
      // Node prints warnings in its next turn: a process that exits now would lose them.
      await setImmediate();
    },
    async sweep(client) {
      const isMessenger = clients.channelOf(client)?.carriesId;
      if (!isMessenger) throw notTaken('sweep', client);
      return sweeper.sweep(client);
    },
    conversations: createConversationControls(runtime, clients),
    stats: () => ({ ...stats, refused: { ...stats.refused } }),
  };
}
