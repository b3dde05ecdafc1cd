import { UnsupportedSenderActionError } from '../errors';
import { checkPersona } from '../persona';

import { optionsOf, ownPersona } from './arguments';
import type { ContextPersonas } from './contextPersonas';
import { Delivery, type Original } from './delivery';
import type { CoveredMethod } from './methods';
import { rejected } from './rejected';
import { innermostScope, keepMadeFor, type Scope } from './scope';
import { shownPersona, type InForce } from './speaker';
import { voiceOf } from './voice';

/**
 * One call of a covered method: decides at once who speaks, and hands Bottender
 * the same call with that persona. The caller's options stay as they were.
 *
 * @param self what Bottender's own method is called on
 */
export function send(
  personas: ContextPersonas,
  method: CoveredMethod,
  args: unknown[],
  self: object,
  original: Original,
): Promise<unknown> {
  const scope = innermostScope(personas);
  const sending = begin(personas, scope, method, args, self, original);
  if (!scope?.made) return sending;
  keepMadeFor(scope, sending);
  // The caller gets a promise of its own, so that a rejection which nobody
  // handles is still reported as one although a persona waits for its end.
  return sending.then((answer) => answer);
}

function begin(
  personas: ContextPersonas,
  scope: Scope | undefined,
  method: CoveredMethod,
  args: unknown[],
  self: object,
  original: Original,
): Promise<unknown> {
  try {
    const delivery = new Delivery(personas, method, args, self, original);
    const speaker = speakerOf(personas, scope, method, args);
    return speaker === null
      ? delivery.attempt(null)
      : delivery.speak(voiceOf(speaker, personas, scope));
  } catch (error) {
    // As Bottender's own methods do, whatever it is.
    return rejected(error);
  }
}

/**
 * Who speaks in this call: its own persona, else the innermost scope's, else
 * what is in force outside of every block.
 *
 * @throws InvalidPersonaError, or UnsupportedSenderActionError for a sender
 * action that no persona can have
 */
function speakerOf(
  personas: ContextPersonas,
  scope: Scope | undefined,
  method: CoveredMethod,
  args: unknown[],
): InForce {
  const own = ownPersona(optionsOf(method, args));
  const around = scope ? scope.inForce : personas.outside;
  const speaker = own === undefined ? around : checkPersona(own);
  if (speaker === null || method !== 'sendSenderAction') return speaker;
  const action = String(args[0]);
  if (/^typing_o(n|ff)$/i.test(action)) return speaker;
  const persona = shownPersona(speaker);
  const { unsupportedSenderActions } = personas.runtime.settings;
  if (persona === null || unsupportedSenderActions === 'as-page') return null;
  throw new UnsupportedSenderActionError(action, persona);
}
