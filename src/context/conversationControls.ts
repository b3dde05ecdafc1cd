import type { ConversationId } from '../disclosure/conversations';
import { checkKind } from '../profile';
import type { Runtime } from '../runtime';
import { recipientId } from '../sendContext';
import { conversationOf } from '../sending/conversation';
import { ClientPersonas } from '../speaking/clientPersonas';
import { isObject } from '../util/isObject';

import type { ConversationControls } from './clientTypes';
import { notTaken, type ClientRegistry } from './personaClient';

export function createConversationControls(
  runtime: Runtime,
  clients: ClientRegistry,
): ConversationControls {
  const { conversations } = runtime;

  async function idOf(
    method: 'record' | 'forget',
    client: unknown,
    given: unknown,
  ): Promise<ConversationId> {
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
    return conversationOf({ channel, context, client }, recipient);
  }

  return {
    async record(client, recipient, kind) {
      const id = await idOf('record', client, recipient);
      checkKind(kind ?? null, 'speaker');
      await conversations?.record(id, kind);
    },
    async forget(client, recipient) {
      await conversations?.forget(await idOf('forget', client, recipient));
    },
  };
}
