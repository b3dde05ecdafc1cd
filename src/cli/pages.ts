import type { MessengerClient } from 'bottender';

import { getPage, type Page } from '../graph/page';
import { withTimeout } from '../util/withTimeout';
import { withoutCredentials } from '../store/credentials';

import type { MessengerChannel } from './config';
import { Failure, Misuse } from './failure';
import { messengerClient } from './fromBottender';
import { ask, BRIEFLY } from './graph';
import { hide } from './output';

/** The bot's own `mapPageToAccessToken` may ask a database, that may be away. */
const MAP_MS = 10_000;
const LATE = Symbol('late');

/** The Page that a command is about. */
export interface OpenPage extends Page {
  readonly name: string;
}

/**
 * Opens the Page that `--page` names, or that the channel's access token
 * belongs to, with a client like that of Bottender's own connector.
 *
 * @throws Misuse when the Page is not said or not the token's
 * @throws Failure when there is no token for it, or Messenger refuses it
 */
export async function openPage(
  channel: MessengerChannel,
  pageId: string | undefined,
): Promise<OpenPage> {
  const client = clientFor(channel, await tokenFor(channel, pageId));
  const { id, name } = await ask(
    'open the Page',
    () => getPage(client),
    BRIEFLY,
  );
  if (pageId !== undefined && pageId !== id) {
    const wrong = `the access token belongs to the Page ${id}, not to ${pageId}`;
    throw channel.mapPageToAccessToken
      ? new Failure(`mapPageToAccessToken is wrong: ${wrong}.`)
      : new Misuse(`--page: ${wrong}.`);
  }
  return { id, name, client };
}

async function tokenFor(
  { accessToken, mapPageToAccessToken }: MessengerChannel,
  pageId: string | undefined,
): Promise<string> {
  hide(accessToken);
  if (!mapPageToAccessToken) {
    if (accessToken) return accessToken;
    throw new Failure(
      'There is no access token: channels.messenger.accessToken in bottender.config.js is empty. Is it set in .env?',
    );
  }
  if (pageId === undefined) {
    throw new Misuse(
      'This bot serves several Pages (mapPageToAccessToken): say which one with --page <id>.',
    );
  }
  // Where the map has none for a Page, Bottender takes the channel's.
  const token =
    (await mappedToken(mapPageToAccessToken, pageId)) || accessToken;
  if (typeof token !== 'string' || token === '') {
    throw new Failure(
      `mapPageToAccessToken gives no access token for the Page ${pageId}.`,
    );
  }
  hide(token);
  return token;
}

async function mappedToken(
  map: (pageId: string) => Promise<unknown>,
  pageId: string,
): Promise<unknown> {
  try {
    const token = await withTimeout(Promise.resolve(map(pageId)), MAP_MS, LATE);
    if (token !== LATE) return token;
  } catch (error) {
    throw new Failure(
      `mapPageToAccessToken failed for the Page ${pageId}: ${withoutCredentials(String(error))}`,
    );
  }
  throw new Failure(
    `mapPageToAccessToken gave no answer for the Page ${pageId} in ${MAP_MS / 1000} s.`,
  );
}

function clientFor(
  { appSecret, origin, skipAppSecretProof }: MessengerChannel,
  accessToken: string,
): MessengerClient {
  hide(appSecret);
  if (!appSecret && !skipAppSecretProof) {
    throw new Failure(
      'There is no app secret: channels.messenger.appSecret in bottender.config.js is empty. Is it set in .env?',
    );
  }
  const Client = messengerClient();
  return new Client({
    accessToken,
    appSecret,
    origin,
    skipAppSecretProof,
  });
}
