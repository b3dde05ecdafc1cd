import type { PersonaProfile } from '../profile';

import { call, type Outcome } from './call';
import { isGone } from './graphFailure';
import type { Page } from './page';

/** How many personas one page of the list holds at most. */
const LIST_LIMIT = 100;

/** Makes a persona on the Page and gives its ID. */
export async function createPersona(
  page: Page,
  { name, profilePictureUrl }: PersonaProfile,
): Promise<Outcome<string>> {
  const outcome = await call(page.client, () =>
    page.client.createPersona({ name, profilePictureUrl }),
  );
  if (!outcome.ok) return outcome;
  // Whatever stands between may have answered, with anything.
  const answer: { id?: unknown } | null = outcome.value;
  const id = answer?.id;
  if (typeof id === 'string' && id !== '') return { ok: true, value: id };
  return {
    ok: false,
    failure: { status: 200, message: 'the answer holds no persona ID' },
  };
}

/** Deletes a persona; one that is not there any more counts as deleted. */
export async function deletePersona(
  page: Page,
  id: string,
): Promise<Outcome<void>> {
  // The client puts the ID into the URL's path as it is.
  if (!/^\d+$/.test(id)) {
    return {
      ok: false,
      failure: { status: 400, message: `"${id}" is no persona ID` },
    };
  }
  const outcome = await call(page.client, () => page.client.deletePersona(id));
  if (outcome.ok || isGone(outcome.failure)) {
    return { ok: true, value: undefined };
  }
  return outcome;
}

/** A persona as Messenger lists it; the picture's URL is Messenger's own, not the one sent. */
export interface ListedPersona extends PersonaProfile {
  id: string;
}

/**
 * All personas of the Page, by as many calls as its list has pages. The client's
 * own `getAllPersonas` asks for one page more than there are, 25 at a time.
 */
export async function listPersonas(
  page: Page,
): Promise<Outcome<ListedPersona[]>> {
  const personas: ListedPersona[] = [];
  for (let after: string | undefined = ''; after !== undefined;) {
    const asked: string = after;
    const outcome = await call(page.client, () => getPersonas(page, asked));
    if (!outcome.ok) return outcome;
    const { data, paging } = outcome.value ?? {};
    if (!Array.isArray(data)) return UNREADABLE_LIST;
    personas.push(...data);
    after = paging?.next ? paging.cursors?.after : undefined;
    // Asked for again, the same page would follow for ever.
    if (after === asked) return UNREADABLE_LIST;
  }
  return { ok: true, value: personas };
}

const UNREADABLE_LIST: Outcome<never> = {
  ok: false,
  failure: { status: 200, message: 'the answer is no list of personas' },
};

/** What Messenger answers; whatever stands between may have answered anything. */
interface PersonaList {
  data?: ListedPersona[];
  paging?: { next?: string; cursors?: { after?: string } };
}

async function getPersonas(
  { client }: Page,
  after: string,
): Promise<PersonaList | null> {
  // The token stands in the path, because the client's proof is made from there.
  const token = encodeURIComponent(client.accessToken);
  const cursor = after && `&after=${encodeURIComponent(after)}`;
  const response = await client.axios.get<PersonaList | null>(
    `/me/personas?access_token=${token}&limit=${LIST_LIMIT}${cursor}`,
  );
  return response.data;
}
