import type { PersonaProfile } from '../profile';

import {
  isId,
  readDeletion,
  readPersona,
  readPersonaId,
  type ListedPersona,
} from './answers';
import type { Outcome } from './call';
import { graphCall } from './graphCall';
import { isGone } from './graphFailure';
import type { Page } from './page';

/**
 * Makes a persona on the Page and gives its ID.
 *
 * @param withinMs how long it may take; Messenger fetches the picture meanwhile
 */
export async function createPersona(
  { client }: Page,
  { name, profilePictureUrl }: PersonaProfile,
  withinMs?: number,
): Promise<Outcome<string>> {
  const body = { name, profilePictureUrl };
  const outcome = await graphCall(
    client,
    { method: 'POST', path: '/me/personas', body },
    withinMs,
  );
  return outcome.ok ? readPersonaId(outcome.value) : outcome;
}

/** The persona of this ID. */
export async function getPersona(
  { client }: Page,
  id: string,
  withinMs?: number,
): Promise<Outcome<ListedPersona>> {
  if (!isId(id)) return noPersonaId(id);
  const outcome = await graphCall(
    client,
    { method: 'GET', path: `/${id}` },
    withinMs,
  );
  return outcome.ok ? readPersona(outcome.value, id) : outcome;
}

/** Deletes a persona; one that is not there any more counts as deleted. */
export async function deletePersona(
  { client }: Page,
  id: string,
): Promise<Outcome<void>> {
  if (!isId(id)) return noPersonaId(id);
  const outcome = await graphCall(client, { method: 'DELETE', path: `/${id}` });
  if (outcome.ok) return readDeletion(outcome.value);
  return isGone(outcome.failure) ? { ok: true, value: undefined } : outcome;
}

/** What does not look like an ID is put into no path. */
function noPersonaId(id: string): Outcome<never> {
  const failure = { status: 400, message: `"${id}" is no persona ID` };
  return { ok: false, failure };
}
