import { createHmac } from 'node:crypto';

import type { MessengerClient } from 'bottender';

import { getProperty } from '../util/getProperty';

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

/** What must not stand in anything that we show: the token, the app secret, and the proof made of both. */
export function secretsOf(client: object | undefined): string[] {
  // They come from the bot's configuration, which may hold anything.
  const token = textOrNone(getProperty(client, 'accessToken'));
  const appSecret = textOrNone(getProperty(client, 'appSecret'));
  const secrets = [token, appSecret];
  if (token && appSecret) {
    secrets.push(createHmac('sha256', appSecret).update(token).digest('hex'));
  }
  return secrets.filter((secret) => secret !== undefined);
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
