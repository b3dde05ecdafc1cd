import type { Page } from './page';
import { call } from './call';
import { listPersonas } from './personaCalls';

export type PersonaState = 'alive' | 'gone' | 'unsure';

export async function personaState(
  page: Page,
  id: string,
): Promise<PersonaState> {
  const got = await call(page.client, () => page.client.getPersona(id));
  if (got.ok && got.value?.id === id) return 'alive';
  const list = await listPersonas(page);
  if (!list.ok) return 'unsure';
  return list.value.some((persona) => persona.id === id) ? 'alive' : 'gone';
}
