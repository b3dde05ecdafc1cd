import {
  PersonaError,
  PersonaRefusedError,
  type UnknownPageError,
} from '../errors';
import { pageContextOf, pageIdFromEvent } from '../messenger/page';
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
  const pageId = host && pageIdFromEvent(host);
  if (error instanceof PersonaError) {
    const { failure } = error as UnknownPageError;
    return new PersonaRefusedError('not-made', persona, pageId, failure);
  }
  const refusal = readRefusal(error, host?.client);
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
