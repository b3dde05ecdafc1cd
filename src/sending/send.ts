/**
 * sending/ is the life of one send: who speaks in it, how its message is dressed,
 * what its refusal is followed by, and whether it goes out once more. This file
 * begins it where a message carries an ID, `sendWithFace.ts` where it carries the
 * profile itself.
 */
import { isDebugging } from '../util/debug';
import { UnsupportedSenderActionError } from '../errors';
import { checkPersona } from '../persona';
import type { Occasion } from '../speaking/occasion';
import { rejected } from '../speaking/rejected';
import { tellWho } from '../speaking/rule';
import { innermostScope, keepMadeFor, type Scope } from '../speaking/scope';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { shownPersona, type InForce } from '../speaking/speaker';

import { optionsOf, ownPersona } from './arguments';
import { optionsAt, type Call } from './call';
import { Delivery } from './delivery';
import { identityOf } from './identity';

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
  const sending = begin(around, personas, scope, call, occasion);
  if (!scope?.made) return sending;
  keepMadeFor(scope, sending);
  // The caller gets a promise of its own, so that a rejection which nobody
  // handles is still reported as one although a persona waits for its end.
  return sending.then((answer) => answer);
}

function begin(
  around: InForce,
  personas: ScopedPersonas,
  scope: Scope | undefined,
  call: Call,
  occasion: Occasion,
): Promise<unknown> {
  try {
    const delivery = new Delivery(occasion, call);
    const speaker = speakerOf(around, call, occasion);
    if (isDebugging()) {
      const isOwn = ownPersona(optionsOf(call.args, optionsAt(call)));
      const rule = isOwn === undefined ? personas.rule() : 'personaId';
      tellWho(call.original, speaker, rule);
    }
    return speaker === null
      ? delivery.attempt(null)
      : delivery.speak(identityOf(speaker, occasion, scope));
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
  call: Call,
  { runtime }: Occasion,
): InForce {
  const { place, args, lead } = call;
  const own = ownPersona(optionsOf(args, optionsAt(call)));
  const speaker = own === undefined ? around : checkPersona(own);
  if (place.action === undefined) return speaker;
  const action = String(args[place.action + lead]);
  if (/^typing_o(n|ff)$/i.test(action)) return speaker;
  const persona = shownPersona(speaker);
  const { unsupportedSenderActions } = runtime.settings;
  if (persona === null || unsupportedSenderActions === 'as-page') return null;
  throw new UnsupportedSenderActionError(action, persona);
}
