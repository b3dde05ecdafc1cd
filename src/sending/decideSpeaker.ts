import type { Channel } from '../channels/channel';
import { fieldsOf, pick, type Fields } from '../channels/messageCall';
import { HumanAgentTagError, UnsupportedSenderActionError } from '../errors';
import type { Settings } from '../options';
import type { Runtime } from '../runtime';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import {
  kindOf,
  publicPersona,
  type ActiveSpeaker,
  type Decision,
} from '../speaking/speaker';
import { deepCopy } from '../util/deepCopy';

import { isSet, ownPersona, withoutPersona } from './messageFields';
import { OutgoingMessage } from './outgoingMessage';

/** Who spoke when a message was queued, by the object that was queued. */
const queuedDecisions = new WeakMap<object, Decision>();

/**
 * Who speaks in a message: who did when it was queued, or whom it names itself,
 * else the active speaker.
 *
 * @throws InvalidPersonaError
 */
export function decideSpeaker(
  fields: Fields,
  personas: ScopedPersonas,
  { profileField }: Channel,
): Decision {
  const earlier = queuedDecisions.get(fields);
  if (earlier) return earlier;
  if (profileField !== undefined && isSet(profileField, fields)) {
    // The bot itself put a profile into the message.
    const own = pick(fields, [profileField]);
    return { speaker: { kind: 'caller', fields: own }, decidedBy: 'personaId' };
  }
  const { active } = personas;
  const own = ownPersona(fields);
  if (own === undefined) return active;
  const speaker = personas.speakerNamed(own);
  // Bottender's options already have the ID of the active speaker.
  const isActive = own === publicPersona(active.speaker);
  return { speaker, decidedBy: isActive ? active.decidedBy : 'personaId' };
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

/** https://developers.facebook.com/docs/messenger-platform/send-messages/personas */
export function supportsPersona(senderAction: string): boolean {
  return /^typing_o(n|ff)$/i.test(senderAction);
}

/** @throws UnsupportedSenderActionError where a persona would have to be carried by what carries none */
export function checkSenderAction(
  senderAction: string,
  speaker: ActiveSpeaker,
  { unsupportedSenderActions }: Settings,
): void {
  if (supportsPersona(senderAction)) return;
  const persona = publicPersona(speaker);
  if (persona === null || unsupportedSenderActions === 'as-page') return;
  throw new UnsupportedSenderActionError(senderAction, persona);
}

/** @throws HumanAgentTagError where a bot speaks in a message with the tag HUMAN_AGENT */
export function checkHumanAgent(
  speaker: ActiveSpeaker,
  { settings: { disclosure }, directory }: Runtime,
): void {
  const isBot =
    speaker.kind === 'page'
      ? disclosure?.isPageGiven && disclosure.page === 'bot'
      : kindOf(speaker, directory) === 'bot';
  if (!isBot) return;
  const name = speaker.kind === 'unavailable' ? speaker.profile?.name : null;
  throw new HumanAgentTagError(publicPersona(speaker) ?? name ?? null);
}
