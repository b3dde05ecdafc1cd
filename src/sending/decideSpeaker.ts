import type { Channel } from '../channels/channel';
import { pick, type Fields } from '../channels/messageCall';
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

import { isSet, ownPersona } from './messageFields';

/** Who spoke when a message was queued, by the object that was queued. */
export const queuedDecisions = new WeakMap<object, Decision>();

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
 * @see https://developers.facebook.com/docs/messenger-platform/send-messages/personas
 */
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
