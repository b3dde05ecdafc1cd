import { invalidResponse, readListPage, type ListedPersona } from './answers';
import type { Outcome } from './call';
import { GRAPH_CALL_MS, graphCall, noAnswerIn } from './graphCall';
import type { Page } from './page';

/** How many personas one page of the list holds at most. */
const LIST_LIMIT = 100;

/** A list is given up after so many pages of it, */
const MOST_LIST_PAGES = 1000;
/** or so many personas, */
const MOST_PERSONAS = 500_000;
/** or milliseconds. */
export const LIST_MS = 30_000;

/** How long a list is read. */
export interface ListBounds {
  /** The whole of it, in milliseconds. */
  withinMs?: number;
  /** Asked before each call: whether nobody waits for the list any more. */
  stop?: () => boolean;
}

/** All that could be read of a Page's list. */
export interface PersonaList {
  personas: ListedPersona[];
  /** Only a complete list tells that something is not there. */
  isComplete: boolean;
}

/**
 * All personas of the Page, by as many calls as its list has pages. The client's
 * own `getAllPersonas` asks for one page more than there are, 25 at a time.
 */
export async function listAll(
  page: Page,
  { withinMs = LIST_MS, stop = () => false }: ListBounds = {},
): Promise<Outcome<PersonaList>> {
  const deadline = Date.now() + withinMs;
  const list: PersonaList = { personas: [], isComplete: true };
  const asked = new Set<string>();
  for (let after: string | undefined = ''; after !== undefined;) {
    // Asked for again, the same pages would follow for ever.
    if (asked.has(after)) return GOES_ROUND;
    if (asked.size === MOST_LIST_PAGES) return ENDLESS;
    asked.add(after);
    if (stop()) return STOPPED;
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) return noAnswerIn(withinMs);
    const outcome = await listPage(page, after, leftMs);
    if (!outcome.ok) return outcome;
    const { personas, isComplete } = outcome.value;
    for (const persona of personas) list.personas.push(persona);
    if (list.personas.length > MOST_PERSONAS) return ENDLESS;
    list.isComplete &&= isComplete;
    after = outcome.value.after;
  }
  return { ok: true, value: list };
}

const GOES_ROUND = invalidResponse('the answer is no list of personas');
const ENDLESS = invalidResponse('the list of personas has no end');
const STOPPED: Outcome<never> = {
  ok: false,
  failure: { message: 'nobody waits for the list any more' },
};

async function listPage({ client }: Page, after: string, leftMs: number) {
  const query = { limit: String(LIST_LIMIT), ...(after && { after }) };
  const outcome = await graphCall(
    client,
    { method: 'GET', path: '/me/personas', query },
    Math.min(GRAPH_CALL_MS, leftMs),
  );
  return outcome.ok ? readListPage(outcome.value) : outcome;
}
