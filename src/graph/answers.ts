import { getProperty } from '../util/getProperty';
import type { PersonaProfile } from '../profile';

import type { Outcome } from './call';

/*
 * What Graph answers is checked here, and only here: what stands between may
 * have answered with anything. Each function takes an answer and gives what the
 * others use, of the types that they rely on.
 */

/** A Page as Messenger tells it. */
export interface AnsweredPage {
  id: string;
  /** Empty where there is none. */
  name: string;
}

/**
 * A persona as Messenger lists it; the picture's URL is Messenger's own, not the
 * one sent. Name and picture are empty where there are none.
 */
export interface ListedPersona extends PersonaProfile {
  id: string;
}

/** One page of the list of a Page's personas. */
export interface ListPage {
  personas: ListedPersona[];
  /** Where the next page of the list begins; `undefined` at the end. */
  after: string | undefined;
  /** Whether everything in it could be read. */
  isComplete: boolean;
}

/** Whether it is an ID of the Graph API: digits, in a string, as many do not fit into a number. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,100}$/.test(value);
}

export function readPage(answer: unknown): Outcome<AnsweredPage> {
  const id = getProperty(answer, 'id');
  if (!isId(id)) return invalidResponse('the answer holds no Page ID');
  return { ok: true, value: { id, name: text(getProperty(answer, 'name')) } };
}

/** What a creation answers. */
export function readPersonaId(answer: unknown): Outcome<string> {
  const id = getProperty(answer, 'id');
  if (!isId(id)) return invalidResponse('the answer holds no persona ID');
  return { ok: true, value: id };
}

/** What was asked for by this ID. */
export function readPersona(
  answer: unknown,
  id: string,
): Outcome<ListedPersona> {
  const persona = personaIn(answer);
  if (persona?.id === id) return { ok: true, value: persona };
  return invalidResponse(`the answer is not about the persona ${id}`);
}

/** What a deletion answers. */
export function readDeletion(answer: unknown): Outcome<void> {
  if (getProperty(answer, 'success') === true)
    return { ok: true, value: undefined };
  const { failure } = invalidResponse(
    'the answer does not say that it was deleted',
  );
  // To delete once more does no harm.
  return { ok: false, failure: { ...failure, isTransient: true } };
}

/** One bad entry costs only itself. */
export function readListPage(answer: unknown): Outcome<ListPage> {
  const data = getProperty(answer, 'data');
  if (!Array.isArray(data)) {
    return invalidResponse('the answer is no list of personas');
  }
  const personas: ListedPersona[] = [];
  for (const entry of data as unknown[]) {
    const persona = personaIn(entry);
    if (persona) personas.push(persona);
  }
  const paging = getProperty(answer, 'paging');
  const hasNext = Boolean(getProperty(paging, 'next'));
  const after = hasNext ? cursorIn(paging) : undefined;
  const isComplete =
    personas.length === data.length && hasNext === (after !== undefined);
  return { ok: true, value: { personas, after, isComplete } };
}

function personaIn(value: unknown): ListedPersona | undefined {
  const id = getProperty(value, 'id');
  if (!isId(id)) return undefined;
  const name = text(getProperty(value, 'name'));
  const profilePictureUrl = text(getProperty(value, 'profilePictureUrl'));
  return { id, name, profilePictureUrl };
}

function cursorIn(paging: unknown): string | undefined {
  const after = getProperty(getProperty(paging, 'cursors'), 'after');
  return typeof after === 'string' && after !== '' ? after : undefined;
}

/** An answer that came, with status 200, and says nothing of what it should. */
export function invalidResponse(message: string) {
  return { ok: false as const, failure: { status: 200, message } };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
