import type { Channel } from '../channels/channel';
import { fieldsOf } from '../channels/messageCall';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { deepCopy } from '../util/deepCopy';

import { decideSpeaker, queuedDecisions } from './decideSpeaker';
import { withoutPersona } from './messageFields';
import { OutgoingMessage } from './outgoingMessage';

/**
 * Lets a queue of bare messages remember who speaks in each. A copy is queued,
 * because the bot may queue the same object again as somebody else.
 *
 * @throws InvalidPersonaError; InvalidProfileError for a label that does not fit; with `refusedPersona: 'throw'`, PersonaRefusedError
 */
export function rememberSpeakers(
  queue: unknown[],
  personas: ScopedPersonas,
  channel: Channel,
): void {
  const push = (...messages: unknown[]) =>
    Array.prototype.push.apply(
      queue,
      messages.map((message) => remembered(message, personas, channel)),
    );
  Object.defineProperty(queue, 'push', { value: push, configurable: true });
}

function remembered(
  message: unknown,
  personas: ScopedPersonas,
  channel: Channel,
): unknown {
  const fields = fieldsOf(message);
  if (!fields) return message;
  const { runtime, client } = personas;
  const decision = decideSpeaker(fields, personas, channel);
  const queued = deepCopy({ ...withoutPersona(fields) });
  new OutgoingMessage({ fields: queued }, decision, {
    runtime,
    channel,
    client,
    get context() {
      return personas.sendContext();
    },
    isSenderAction: false,
  }).check();
  queuedDecisions.set(queued, decision);
  return queued;
}
