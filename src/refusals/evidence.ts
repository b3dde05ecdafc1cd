import type { Page } from '../graph/page';
import { getPersona } from '../graph/personaCalls';
import { listAll } from '../graph/personaList';

/** All the evidence that is to be had is there within this many milliseconds. */
export const EVIDENCE_MS = 5000;

/**
 * Whether the Page has a persona of this ID. Only that very ID in an answer, or
 * a complete list without it, is evidence: Graph answers "does not exist, cannot
 * be loaded due to missing permissions" for several reasons. Never rejects.
 */
export async function personaState(
  page: Page,
  id: string,
): Promise<'alive' | 'gone' | 'unsure'> {
  const deadline = Date.now() + EVIDENCE_MS;
  // The list needs its time too.
  const got = await getPersona(page, id, EVIDENCE_MS / 2);
  if (got.ok) return 'alive';
  const list = await listAll(page, { withinMs: deadline - Date.now() });
  if (!list.ok) return 'unsure';
  if (list.value.personas.some((persona) => persona.id === id)) return 'alive';
  return list.value.isComplete ? 'gone' : 'unsure';
}
