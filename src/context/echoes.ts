import { messenger } from '../channels/messenger';
import { keyByAccount } from '../sending/conversation';
import type { ContextPersonas } from '../speaking/contextPersonas';
import { getProperty, idOrNone } from '../util/values';

/**
 * Records that a person spoke, where the event is the echo of a message that
 * another app, or the Page's inbox, has sent. Never rejects.
 *
 * @see https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes
 */
export function recordEcho(
  personas: ContextPersonas,
): Promise<void> | undefined {
  const { context, client, runtime } = personas;
  const { conversations } = runtime;
  const { event } = context as { event?: unknown };
  if (!conversations || getProperty(event, 'isEcho') !== true) return undefined;
  const message = getProperty(event, 'message');
  // Where a Page echoes, the recipient is the customer.
  const recipient = getProperty(event, 'rawEvent', 'recipient', 'id');
  const own = getProperty(context, '_appId') ?? getProperty(client, 'appId');
  const isOther = conversations.ownApps.isOther(
    getProperty(message, 'mid'),
    idOrNone(getProperty(message, 'appId') ?? getProperty(message, 'app_id')),
    idOrNone(own),
  );
  if (!isOther || typeof recipient !== 'string') return undefined;
  const place = { channel: messenger, context: personas.sendContext(), client };
  return keyByAccount(place, recipient).then(
    (key) => conversations.record(key, 'human'),
    () => {},
  );
}
