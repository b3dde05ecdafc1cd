import type { MessengerEvent } from 'bottender';
import type { PersonaContext } from 'bottender-persona';

import { desk } from './agents';

/**
 * Writes down what an event says of a conversation, for the agents' console:
 * what the customer and the Page write, and what was delivered and read.
 *
 * @returns whether the bot has nothing to answer
 */
export function isLeftToAgent(context: PersonaContext): boolean {
  const event = context.event as MessengerEvent;
  const psid = psidOf(context);
  if (psid === '') return false;
  if (event.isEcho) {
    desk.echoed(psid, echoOf(event));
    return true;
  }
  if (event.delivery) {
    const { mids, watermark } = event.delivery;
    desk.delivered(psid, mids ?? [], watermark);
    return true;
  }
  if (event.read) {
    desk.seen(psid, event.read.watermark);
    return true;
  }
  const isLeaving = /^\s*bye\s*$/i.test(event.text ?? '');
  const hasAgent = desk.customerSaid(psid, {
    text: textOf(event),
    mid: event.message?.mid,
    picture: event.image?.url,
  });
  return hasAgent && !isLeaving;
}

/** In echoes, too, the session is the customer's. */
export function psidOf({ session }: PersonaContext): string {
  const { id } = (session?.user ?? {}) as { id?: string };
  return id ?? '';
}

/** What a console shows of an event: its text, or what it is. */
function textOf(event: MessengerEvent): string {
  const [attachment] = event.attachments ?? [];
  if (event.text) return event.text;
  if (event.image) return '';
  if (event.postback) return event.postback.title;
  return attachment ? `[${attachment.type}]` : '[not a text]';
}

function echoOf(event: MessengerEvent) {
  // The types of Bottender lack these two.
  const { appId, metadata } = event.message as {
    appId?: number;
    metadata?: string;
  };
  return {
    mid: event.message?.mid,
    text: textOf(event),
    picture: event.image?.url,
    metadata,
    isOurs: String(appId) === process.env.MESSENGER_APP_ID,
  };
}
