import type { MessengerEmulator } from 'messenger-emulator';

import { PAGE } from './pages';

/** A profile, with a picture of its own for each name. */
export function profile(name: string, profilePictureUrl = pictureOf(name)) {
  return { name, profilePictureUrl };
}

export function pictureOf(name: string): string {
  return `https://example.com/${encodeURIComponent(name)}.png`;
}

/** Creates a persona on a Page as another tool would, and returns its ID. */
export async function createPersona(
  { origin }: MessengerEmulator,
  name: string,
  page = PAGE,
): Promise<string> {
  const response = await fetch(`${origin}/me/personas`, {
    method: 'POST',
    headers: { ...authorization(page), 'content-type': 'application/json' },
    body: JSON.stringify({ name, profile_picture_url: pictureOf(name) }),
  });
  const { id } = (await response.json()) as { id: string };
  return id;
}

/** Creates several, and returns their IDs by name. */
export async function createPersonas<N extends string>(
  emulator: MessengerEmulator,
  names: readonly N[],
  page = PAGE,
): Promise<Record<N, string>> {
  const ids: Partial<Record<N, string>> = {};
  for (const name of names) {
    ids[name] = await createPersona(emulator, name, page);
  }
  return ids as Record<N, string>;
}

/** Deletes a persona as an administrator of the Page or another tool would. */
export async function deletePersona(
  { origin }: MessengerEmulator,
  id: string,
  page = PAGE,
): Promise<void> {
  const headers = authorization(page);
  const response = await fetch(`${origin}/${id}`, {
    method: 'DELETE',
    headers,
  });
  if (!response.ok) throw new Error(`The persona ${id} was not deleted`);
}

function authorization({ accessToken }: typeof PAGE) {
  return { authorization: `Bearer ${accessToken}` };
}
