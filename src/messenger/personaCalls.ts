import type { PersonaProfile } from '../profile';

import { call, type Outcome } from './call';
import { isGone } from './graphFailure';
import type { Page } from './page';

/** Makes a persona on the Page and gives its ID. */
export async function createPersona(
  page: Page,
  { name, profilePictureUrl }: PersonaProfile,
): Promise<Outcome<string>> {
  const outcome = await call(page.client, () =>
    page.client.createPersona({ name, profilePictureUrl }),
  );
  if (!outcome.ok) return outcome;
  const { id } = outcome.value;
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
