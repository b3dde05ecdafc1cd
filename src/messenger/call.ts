import type { MessengerClient } from 'bottender';

import { readGraphFailure, type GraphFailure } from './graphFailure';

/** How a Graph call ended. The client's own errors, which print the token, stay behind. */
export type Outcome<T> =
  { ok: true; value: T } | { ok: false; failure: GraphFailure };

export async function call<T>(
  client: MessengerClient,
  run: () => Promise<T>,
): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    return { ok: false, failure: readGraphFailure(error, secretsOf(client)) };
  }
}

/** What must not stand in anything that we show. */
export function secretsOf(client: MessengerClient | undefined): string[] {
  return [client?.accessToken, client?.appSecret].filter(
    (secret) => secret !== undefined,
  );
}
