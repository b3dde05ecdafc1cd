import { UnsupportedSenderActionError } from '../errors';
import { checkPersona } from '../persona';

import { optionsOf, ownPersona } from './arguments';
import { Delivery, type Call } from './delivery';
import type { Occasion } from './occasion';
import { rejected } from './rejected';
import { innermostScope, keepMadeFor, type Scope } from './scope';
import type { ScopedPersonas } from './scopedPersonas';
import { shownPersona, type InForce } from './speaker';
import { voiceOf } from './voice';

/**
 * One call of a covered method: decides at once who speaks, and hands on the
 * same call with that persona. The caller's options stay as they were.
 */
export function send(
  personas: ScopedPersonas,
  call: Call,
  occasion: Occasion = personas.occasion,
): Promise<unknown> {
  const scope = innermostScope(personas);
  const around = scope ? scope.inForce : personas.outside;
  const sending = begin(around, scope, call, occasion);
  if (!scope?.made) return sending;
  keepMadeFor(scope, sending);
  // The caller gets a promise of its own, so that a rejection which nobody
  // handles is still reported as one although a persona waits for its end.
  return sending.then((answer) => answer);
}

function begin(
  around: InForce,
  scope: Scope | undefined,
  call: Call,
  occasion: Occasion,
): Promise<unknown> {
  try {
    const delivery = new Delivery(occasion, call);
    const speaker = speakerOf(around, call, occasion);
    return speaker === null
      ? delivery.attempt(null)
      : delivery.speak(voiceOf(speaker, occasion, scope));
  } catch (error) {
    // As Bottender's own methods do, whatever it is.
    return rejected(error);
  }
}

/**
 * Who speaks in this call: its own persona, else who is in force around it.
 *
 * @throws InvalidPersonaError, or UnsupportedSenderActionError for a sender
 * action that no persona can have
 */
function speakerOf(
  around: InForce,
  { method, args, lead }: Call,
  { runtime }: Occasion,
): InForce {
  const own = ownPersona(optionsOf(method, args, lead));
  const speaker = own === undefined ? around : checkPersona(own);
  if (speaker === null || method !== 'sendSenderAction') return speaker;
  const action = String(args[lead]);
  if (/^typing_o(n|ff)$/i.test(action)) return speaker;
  const persona = shownPersona(speaker);
  const { unsupportedSenderActions } = runtime.settings;
  if (persona === null || unsupportedSenderActions === 'as-page') return null;
  throw new UnsupportedSenderActionError(action, persona);
}
