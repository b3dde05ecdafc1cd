import { PersonaRefusedError, UnknownPageError } from '../errors';
import { clientOf, pageContextOf, pageIdFromEvent } from '../messenger/page';
import { readRefusal } from '../messenger/refusal';
import { tell } from '../tell';

import type { ContextPersonas } from './contextPersonas';

/** The error as a refusal of this persona; `undefined` when it is about something else. */
export function refusalOf(
  error: unknown,
  persona: string,
  { context }: ContextPersonas,
): PersonaRefusedError | undefined {
  if (error instanceof PersonaRefusedError) return error;
  const host = pageContextOf(context);
  const client = host && clientOf(host);
  // After useAccessToken another Page speaks than the event's.
  const pageId =
    host && client === host.client ? pageIdFromEvent(host) : undefined;
  if (error instanceof UnknownPageError) {
    return new PersonaRefusedError('not-made', persona, pageId, error.failure);
  }
  const refusal = readRefusal(error, client);
  return (
    refusal &&
    new PersonaRefusedError(refusal.reason, persona, pageId, refusal.failure)
  );
}

/**
 * Tells of a refusal after which the Page speaks instead.
 *
 * @throws the refusal with `refusedPersona: 'throw'`
 */
export function speakAsPageInstead(
  refusal: PersonaRefusedError,
  { context, runtime: { settings } }: ContextPersonas,
): void {
  if (settings.refusedPersona === 'throw') throw refusal;
  tell(settings.onRefused, refusal, { context, persona: refusal.persona });
}
