import { setImmediate } from 'node:timers/promises';

import { checkTimeout } from './checkOptions';
import type { PersonaClients } from './context/clientTypes';
import { ClientRegistry, notTaken } from './context/personaClient';
import { checkKind } from './profile';
import type { Runtime } from './runtime';
import { recipientId } from './sendContext';
import { keyByAccount } from './sending/conversation';
import { ClientPersonas } from './speaking/clientPersonas';
import { isObject } from './util/values';

/** The methods of what `personas()` and `personaClients()` return. */
export function createControls<Name extends string>(
  runtime: Runtime,
): PersonaClients<Name> {
  const { pool, handles, stats, sweeper, conversations } = runtime;
  const clients = new ClientRegistry(runtime);

  async function conversationWith(
    method: 'record' | 'forget',
    client: unknown,
    given: unknown,
  ): Promise<string> {
    const channel = clients.channelOf(client);
    if (!isObject(client) || !channel) throw notTaken(method, client);
    const recipient = recipientId(given);
    if (!recipient) {
      throw new TypeError(
        `A recipient is a non-empty string or a number, as the client's methods take one, but this was of type ${typeof given}.`,
      );
    }
    const personas = new ClientPersonas(client, runtime, channel.info);
    const context = personas.sendContext({ recipient });
    return keyByAccount({ channel, context, client }, recipient);
  }

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
    conversations: {
      async record(client, recipient, kind) {
        checkKind(kind ?? null, 'speaker');
        const key = await conversationWith('record', client, recipient);
        await conversations?.record(key, kind);
      },
      async forget(client, recipient) {
        const key = await conversationWith('forget', client, recipient);
        await conversations?.forget(key);
      },
    },
    stats: () => ({ ...stats, refused: { ...stats.refused } }),
  };
}
