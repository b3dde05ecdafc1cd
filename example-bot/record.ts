import type { MessengerEvent } from 'bottender';
import type { PersonaContext, SentMessage } from 'bottender-persona';

import { desk } from './agents';

/**
 * Writes down what the customer says, for the agents' console.
 *
 * @returns whether an agent answers, and not the bot
 */
export function isLeftToAgent(context: PersonaContext): boolean {
  const event = context.event as MessengerEvent;
  const psid = psidOf(context);
  if (psid === '') return false;
  const isLeaving = /^\s*bye\s*$/i.test(event.text ?? '');
  const hasAgent = desk.messages.customerSaid(psid, {
    text: textOf(event),
    mid: event.message?.mid,
    picture: event.image?.url,
  });
  return hasAgent && !isLeaving;
}

/**
 * Writes down what the bot has sent, under the name that the customer sees. What
 * agents send is in the console already.
 */
export function recordSent(sent: SentMessage): void {
  const { recipient, kind, name, messageId, message } = sent;
  if (recipient === null || messageId === null || kind === 'human') return;
  const text = typeof message.text === 'string' ? message.text : '';
  desk.messages.botSaid(recipient, { mid: messageId, name, text });
}

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
