/**
 * sending/ is the life of one call that carries messages (`sendOperation.ts`): who
 * speaks in each of them (`decideSpeaker.ts`), what a message carries for that,
 * also after a refusal (`outgoingMessage.ts`), and what is disclosed first
 * (`disclosingSend.ts`).
 */
import type { Fields } from '../channels/messageCall';
import { PersonaError } from '../errors';
import { isPersonaId } from '../persona';
import type { ScopedPersonas } from '../speaking/scopedPersonas';
import { isDebugging } from '../util/debug';
import { rejected } from '../util/failures';

import { DisclosingSend } from './disclosingSend';
import { withoutPersonas } from './messageFields';
import { SendOperation, type OutgoingCall } from './sendOperation';

/**
 * Sends the messages of a call, each as its speaker, who is decided before this
 * returns. As synchronous as the client's own method where nothing must be
 * waited for. Only a definite refusal is followed by another attempt, so that no
 * message is sent twice.
 */
export function send(
  personas: ScopedPersonas,
  outgoing: OutgoingCall,
): unknown {
  const { via, args } = outgoing;
  const id = carriedId(personas, outgoing);
  if (id !== undefined) {
    const answer = outgoing.transmit({ args });
    return answer instanceof Promise
      ? answer.catch((error: unknown) =>
          SendOperation.afterFailure(personas, outgoing, id, error),
        )
      : answer;
  }
  const call = via.read(args);
  if (!call) {
    const given = via.channel.carriesId ? args : withoutPersonas(args);
    return outgoing.transmit({ args: given });
  }
  const { onUnsent } = via.channel;
  try {
    const Operation = personas.runtime.conversations
      ? DisclosingSend
      : SendOperation;
    const answer = new Operation(personas, outgoing, call).start();
    if (!(answer instanceof Promise)) return answer;
    return personas.keep(onUnsent ? answer.catch(unsent) : answer);
  } catch (error) {
    if (error instanceof PersonaError) return unsent(error);
    throw error;
  }

  function unsent(error: unknown): Promise<never> {
    const { context } = personas.sendContext();
    if (context && error instanceof PersonaError) {
      onUnsent?.(via.method, context);
    }
    return rejected(error);
  }
}

/**
 * The ID that a call carries already, where nothing has to be looked up for it.
 * The most common call: what is left out here is what makes it slow.
 */
function carriedId(
  personas: ScopedPersonas,
  { via, args }: OutgoingCall,
): string | undefined {
  const { optionsPosition } = via;
  const { runtime } = personas;
  if (optionsPosition === undefined || runtime.readsAll) return undefined;
  if (isDebugging()) return undefined;
  const options = args[optionsPosition] as Fields | undefined;
  const id = options?.personaId;
  if (typeof id !== 'string' || options?.persona_id !== undefined) {
    return undefined;
  }
  const isPlain = runtime.refusals.isEmpty && !personas.hasCreated;
  return isPlain && isPersonaId(id) ? id : undefined;
}
