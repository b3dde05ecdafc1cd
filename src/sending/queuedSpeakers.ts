import { fieldsOf, type Channel, type Fields } from '../channels/channel';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import type { SpeakerSource } from '../speaking/scopes';
import type { ActiveSpeaker } from '../speaking/speaker';

import { ownPersona, withoutPersona } from './ownPersona';
import { resolveProfile } from './resolveProfile';

export interface QueuedSpeaker {
  readonly speaker: ActiveSpeaker;
  readonly source: SpeakerSource;
}

/** Who spoke when a message was queued, by the object that was queued. */
const speakers = new WeakMap<object, QueuedSpeaker>();

export function queuedSpeaker(fields: Fields): QueuedSpeaker | undefined {
  return speakers.get(fields);
}

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

/** Rejects this message now, rather than all of the queue later. */
function checkCarried(
  speaker: ActiveSpeaker,
  personas: ScopedPersonas,
  channel: Channel,
): void {
  const { runtime } = personas;
  const context = personas.sendContext();
  const account = channel.info?.title ?? '';
  const sending = { context, account };
  const resolution = resolveProfile(speaker, runtime, sending, channel);
  try {
    void resolution?.carry();
  } catch (error) {
    const { refusals, settings } = runtime;
    const persona = resolution?.persona ?? '';
    const refusal = refusals.asRefusal(error, persona);
    if (!refusal) throw error;
    // Otherwise it is reported when the message goes out without its persona.
    const isRejected = settings.refusedPersona === 'throw';
    if (isRejected) refusals.report(refusal, persona, context);
  }
}

function remembered(
  message: unknown,
  personas: ScopedPersonas,
  channel: Channel,
): unknown {
  const fields = fieldsOf(message);
  if (!fields) return message;
  const own = ownPersona(fields);
  const speaker =
    own === undefined ? personas.currentSpeaker() : personas.speakerNamed(own);
  const source = own === undefined ? personas.source : 'personaId';
  checkCarried(speaker, personas, channel);
  const queued = { ...withoutPersona(fields) };
  speakers.set(queued, { speaker, source });
  return queued;
}
