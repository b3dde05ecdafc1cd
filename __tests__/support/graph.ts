import type { MessengerEmulator } from 'messenger-emulator';

import { PAGE } from './bot';

/** Deletes a persona as somebody else would: an administrator of the Page, or another tool. */
export async function deleteElsewhere(
  emulator: MessengerEmulator,
  id: string,
  page = PAGE,
): Promise<void> {
  const response = await fetch(`${emulator.origin}/${id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${page.accessToken}` },
  });
  if (!response.ok) throw new Error(`The persona ${id} was not deleted`);
}

/** Starts to watch the Graph calls; the function gives those that were made since. */
export function watch(emulator: MessengerEmulator): () => string[] {
  const last = emulator.state().requests.at(-1)?.id ?? '0';
  return () =>
    emulator
      .state()
      .requests.filter(({ id }) => Number(id) > Number(last))
      .map(({ method, path }) => `${method} ${path}`);
}

/** The IDs of the personas of this name that exist on a Page. */
export function idsOf(
  emulator: MessengerEmulator,
  name: string,
  page = PAGE,
): string[] {
  return emulator
    .state()
    .personas.filter(
      (persona) =>
        persona.name === name && persona.pageId === page.id && !persona.deleted,
    )
    .map(({ id }) => id);
}
