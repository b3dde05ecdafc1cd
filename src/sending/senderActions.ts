import { UnsupportedSenderActionError } from '../errors';
import type { Settings } from '../options';
import { publicPersona, type ActiveSpeaker } from '../speaking/speaker';

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
