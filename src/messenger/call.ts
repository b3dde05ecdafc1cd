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
    const secrets = [client.accessToken, client.appSecret ?? ''];
    return { ok: false, failure: readGraphFailure(error, secrets) };
  }
}
