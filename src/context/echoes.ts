import { messenger } from '../channels/messenger';
import { conversationOf } from '../sending/conversation';
import type { ContextPersonas } from '../speaking/contextPersonas';
import { getProperty } from '../util/getProperty';

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
  const raw = getProperty(event, 'rawEvent');
  // Where a Page echoes, the recipient is the customer.
  const recipient = getProperty(getProperty(raw, 'recipient'), 'id');
  const own = getProperty(context, '_appId') ?? getProperty(client, 'appId');
  const isOther = conversations.ownApps.isOther(
    getProperty(message, 'mid'),
    appId(getProperty(message, 'appId') ?? getProperty(message, 'app_id')),
    appId(own),
  );
  if (!isOther || typeof recipient !== 'string') return undefined;
  const place = { channel: messenger, context: personas.sendContext(), client };
  return conversationOf(place, recipient).then(
    (id) => conversations.record(id, 'human'),
    () => {},
  );
}

function appId(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : undefined;
}
