import { getPersona } from './personaCalls';
import { listAll } from './personaList';
import type { Page } from './page';

export type PersonaState = 'alive' | 'gone' | 'unsure';

/** All the evidence that can be gathered is there within this many milliseconds. */
export const EVIDENCE_MS = 5000;

/**
 * Whether the Page has a persona with this ID. Only that very ID in an answer, or a complete list without it, is evidence:
 * Graph answers "does not exist, cannot be loaded due to missing permissions"
 * for several reasons. Never rejects.
 */
export async function personaState(
  page: Page,
  id: string,
): Promise<PersonaState> {
  const deadline = Date.now() + EVIDENCE_MS;
  // The list needs its time too.
  const got = await getPersona(page, id, EVIDENCE_MS / 2);
  if (got.ok) return 'alive';
  const list = await listAll(page, { withinMs: deadline - Date.now() });
  if (!list.ok) return 'unsure';
  if (list.value.personas.some((persona) => persona.id === id)) return 'alive';
  return list.value.isComplete ? 'gone' : 'unsure';
}
