import { getProperty, textIn } from '../util/values';
import type { PersonaProfile } from '../profile';

import type { Outcome } from './graphCall';

// The only place where Graph's responses are validated: they may be anything.

export interface PageInfo {
  id: string;
  /** Empty when Graph returned none. */
  name: string;
}

/**
 * A persona on a Page's list. Its picture URL is Messenger's own, not the one it
 * was created with. Name and picture are empty when Graph returned none.
 */
export interface ListedPersona extends PersonaProfile {
  /** The persona's ID on its Page: digits. */
  id: string;
}

/** One page of a paged list. */
export interface PersonaListPage {
  personas: ListedPersona[];
  /** The cursor of the next page; `undefined` on the last one. */
  after: string | undefined;
  /** Whether all entries and the cursor were readable. */
  isComplete: boolean;
}

/** Whether this is a Graph ID: a string of digits, which may exceed JavaScript's numbers. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,100}$/.test(value);
}

export function parsePage(response: unknown): Outcome<PageInfo> {
  const id = getProperty(response, 'id');
  if (!isId(id)) return invalidResponse('the response has no Page ID');
  return { ok: true, value: { id, name: textIn(response, 'name') } };
}

export function parsePersonaId(response: unknown): Outcome<string> {
  const id = getProperty(response, 'id');
  if (!isId(id)) return invalidResponse('the response has no persona ID');
  return { ok: true, value: id };
}

export function parsePersona(
  response: unknown,
  id: string,
): Outcome<ListedPersona> {
  const persona = personaIn(response);
  if (persona?.id === id) return { ok: true, value: persona };
  return invalidResponse(`the response is not about the persona ${id}`);
}

export function parseDeletion(response: unknown): Outcome<void> {
  if (getProperty(response, 'success') === true) {
    return { ok: true, value: undefined };
  }
  const message = 'the response does not confirm the deletion';
  // Deleting again does no harm.
  return { ok: false, failure: { status: 200, message, isTransient: true } };
}

/** Skips unreadable entries. */
export function parseListPage(response: unknown): Outcome<PersonaListPage> {
  const data = getProperty(response, 'data');
  if (!Array.isArray(data)) {
    return invalidResponse('the response is not a list of personas');
  }
  const personas = data.flatMap((entry: unknown) => personaIn(entry) ?? []);
  const paging = getProperty(response, 'paging');
  const hasNext = Boolean(getProperty(paging, 'next'));
  const cursor = textIn(getProperty(paging, 'cursors'), 'after');
  const after = hasNext && cursor !== '' ? cursor : undefined;
  const isComplete =
    personas.length === data.length && hasNext === (after !== undefined);
  return { ok: true, value: { personas, after, isComplete } };
}

/** The failure for a response with status 200 that is invalid. */
export function invalidResponse(message: string) {
  return { ok: false as const, failure: { status: 200, message } };
}

function personaIn(value: unknown): ListedPersona | undefined {
  const id = getProperty(value, 'id');
  if (!isId(id)) return undefined;
  const name = textIn(value, 'name');
  const profilePictureUrl = textIn(value, 'profilePictureUrl');
  return { id, name, profilePictureUrl };
}
