import type { MessengerEmulator } from 'messenger-emulator';

import { PAGE } from './bot';

/** Makes personas on a Page, as an agents' tool would, and gives their IDs by name. */
export async function faces<N extends string>(
  emulator: MessengerEmulator,
  names: readonly N[],
  page = PAGE,
): Promise<Record<N, string>> {
  const ids: Partial<Record<N, string>> = {};
  for (const name of names) {
    const response = await fetch(`${emulator.origin}/me/personas`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${page.accessToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name, profile_picture_url: pictureOf(name) }),
    });
    ids[name] = ((await response.json()) as { id: string }).id;
  }
  return ids as Record<N, string>;
}

/** A profile for a persona made on the fly. */
export function profile(name: string) {
  return { name, profilePictureUrl: pictureOf(name) };
}

function pictureOf(name: string): string {
  return `https://example.com/${encodeURIComponent(name)}.png`;
}
