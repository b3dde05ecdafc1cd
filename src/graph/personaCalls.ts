import type { PersonaProfile } from '../profile';

import {
  GRAPH_TIMEOUT_MS,
  graphCall,
  timedOut,
  type Outcome,
} from './graphCall';
import { isGone } from './graphFailure';
import type { Page } from './page';
import {
  invalidResponse,
  isId,
  parseDeletion,
  parseListPage,
  parsePersona,
  parsePersonaId,
  type ListedPersona,
} from './responses';

const LIST_LIMIT = 100;
const LIST_TIMEOUT_MS = 30_000;
const MAX_LIST_PAGES = 1000;
const MAX_PERSONAS = 500_000;
/** How long `personaState` takes at most, in milliseconds. */
export const STATE_TIMEOUT_MS = 5000;

export interface ListOptions {
  /** For the whole list, in milliseconds. */
  timeoutMs?: number;
  /** No request is made after it is aborted. */
  signal?: AbortSignal;
}

export interface PersonaList {
  personas: ListedPersona[];
  /** Only a complete list proves that a persona does not exist. */
  isComplete: boolean;
}

export type PersonaState = 'alive' | 'gone' | 'unsure';

/** Creates a persona and resolves to its ID. Messenger fetches the picture before it responds. */
export function createPersona(
  { client }: Page,
  { name, profilePictureUrl }: PersonaProfile,
  timeoutMs?: number,
): Promise<Outcome<string>> {
  const body = { name, profilePictureUrl };
  return graphCall(
    client,
    { method: 'POST', path: '/me/personas', body, timeoutMs },
    parsePersonaId,
  );
}

export async function getPersona(
  { client }: Page,
  id: string,
  timeoutMs?: number,
): Promise<Outcome<ListedPersona>> {
  if (!isId(id)) return invalidId(id);
  const request = { method: 'GET', path: `/${id}`, timeoutMs } as const;
  return graphCall(client, request, (response) => parsePersona(response, id));
}

/** Deletes a persona. One that no longer exists counts as deleted. */
export async function deletePersona(
  { client }: Page,
  id: string,
): Promise<Outcome<void>> {
  if (!isId(id)) return invalidId(id);
  const request = { method: 'DELETE', path: `/${id}` } as const;
  const outcome = await graphCall(client, request, parseDeletion);
  if (outcome.ok || !isGone(outcome.failure)) return outcome;
  return { ok: true, value: undefined };
}

/**
 * Lists all personas of the Page. The client's own `getAllPersonas` requests one
 * page more than there are, with 25 personas each.
 */
export async function listAll(
  page: Page,
  { timeoutMs = LIST_TIMEOUT_MS, signal }: ListOptions = {},
): Promise<Outcome<PersonaList>> {
  const deadline = performance.now() + timeoutMs;
  const list: PersonaList = { personas: [], isComplete: true };
  const cursors = new Set<string>();
  for (let after: string | undefined = ''; after !== undefined;) {
    if (cursors.has(after)) {
      return invalidResponse('the list of personas repeats itself');
    }
    if (cursors.size === MAX_LIST_PAGES) return ENDLESS;
    cursors.add(after);
    if (signal?.aborted) return GIVEN_UP;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return timedOut(timeoutMs);
    const outcome = await listPage(page, after, leftMs);
    if (!outcome.ok) return outcome;
    const { personas, isComplete } = outcome.value;
    for (const persona of personas) list.personas.push(persona);
    if (list.personas.length > MAX_PERSONAS) return ENDLESS;
    list.isComplete &&= isComplete;
    after = outcome.value.after;
  }
  return { ok: true, value: list };
}

/**
 * Finds out whether a persona exists. Graph's "does not exist" is no proof: it
 * is also the response to missing permissions. Never rejects.
 */
export async function personaState(
  page: Page,
  id: string,
): Promise<PersonaState> {
  const deadline = performance.now() + STATE_TIMEOUT_MS;
  const got = await getPersona(page, id, STATE_TIMEOUT_MS / 2);
  if (got.ok) return 'alive';
  const list = await listAll(page, { timeoutMs: deadline - performance.now() });
  if (!list.ok) return 'unsure';
  if (list.value.personas.some((persona) => persona.id === id)) return 'alive';
  return list.value.isComplete ? 'gone' : 'unsure';
}

const ENDLESS = invalidResponse('the list of personas has no end');
const GIVEN_UP: Outcome<never> = {
  ok: false,
  failure: { message: 'the caller stopped waiting for the list' },
};

function listPage({ client }: Page, after: string, leftMs: number) {
  const query = { limit: String(LIST_LIMIT), ...(after && { after }) };
  const timeoutMs = Math.min(GRAPH_TIMEOUT_MS, leftMs);
  return graphCall(
    client,
    { method: 'GET', path: '/me/personas', query, timeoutMs },
    parseListPage,
  );
}

/** Anything else could address another object of Graph. */
function invalidId(id: string): Outcome<never> {
  const failure = { status: 400, message: `"${id}" is not a persona ID` };
  return { ok: false, failure };
}
