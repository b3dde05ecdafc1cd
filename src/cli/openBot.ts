import type { MessengerClient } from 'bottender';

import { getPage, type Page } from '../graph/page';
import { withTimeout } from '../util/withTimeout';

import { loadConfig, type BotConfig, type MessengerChannel } from './config';
import { CommandError, describeBotError, UsageError } from './commandErrors';
import { messengerClientClass } from './bottenderModules';
import { callGraph, SHORT_RETRIES } from './callGraph';
import { hide } from './output';

/** The bot's `mapPageToAccessToken` may query a database. */
const MAP_TIMEOUT_MS = 10_000;
const TIMED_OUT = Symbol('timed out');

/** The options of all commands. */
export interface PageOptions {
  /** The Page's ID. */
  page?: string;
  json?: boolean;
  /** The bot's config, if it is not bottender.config.js in the current folder. */
  config?: string;
}

export interface OpenPage extends Page {
  readonly client: MessengerClient;
  readonly name: string;
}

/** Loads the bot's config and opens the Page that the command is about. */
export async function openBot({
  page,
  config: named,
}: PageOptions): Promise<BotConfig & { page: OpenPage }> {
  const config = await loadConfig(named);
  return { ...config, page: await openPage(config.channel, page) };
}

/**
 * Opens the Page that `--page` names, or the Page of the channel's access token,
 * with a client like the one of Bottender's connector.
 *
 * @throws UsageError if the Page is missing or is not the token's
 * @throws CommandError if there is no token for it, or Messenger refuses it
 */
export async function openPage(
  channel: MessengerChannel,
  pageId: string | undefined,
): Promise<OpenPage> {
  const client = clientFor(channel, await tokenFor(channel, pageId));
  const { id, name } = await callGraph(
    'open the Page',
    () => getPage(client),
    SHORT_RETRIES,
  );
  if (pageId !== undefined && pageId !== id) {
    const wrong = `the access token belongs to the Page ${id}, not to ${pageId}`;
    throw channel.mapPageToAccessToken
      ? new CommandError(
          `mapPageToAccessToken returned a wrong token: ${wrong}.`,
        )
      : new UsageError(`--page: ${wrong}.`);
  }
  return { id, name, client };
}

/**
 * The access token of the Page.
 *
 * @throws UsageError or CommandError, as `openPage`
 */
export async function tokenFor(
  { client, accessToken, mapPageToAccessToken }: MessengerChannel,
  pageId: string | undefined,
): Promise<string> {
  if (client && !mapPageToAccessToken) {
    hide(client.accessToken);
    return client.accessToken;
  }
  hide(accessToken);
  if (!mapPageToAccessToken) {
    if (accessToken) return accessToken;
    throw new CommandError(
      'There is no access token: channels.messenger.accessToken in the config is empty. Is it set in .env?',
    );
  }
  if (pageId === undefined) {
    throw new UsageError(
      'This bot serves several Pages (mapPageToAccessToken): choose one with --page <id>.',
    );
  }
  // Like Bottender, fall back to the channel's token.
  const token =
    (await mappedToken(mapPageToAccessToken, pageId)) || accessToken;
  if (typeof token !== 'string' || token === '') {
    throw new CommandError(
      `mapPageToAccessToken returned no access token for the Page ${pageId}.`,
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
    const token = await withTimeout(
      Promise.resolve(map(pageId)),
      MAP_TIMEOUT_MS,
      TIMED_OUT,
    );
    if (token !== TIMED_OUT) return token;
  } catch (error) {
    throw new CommandError(
      `mapPageToAccessToken failed for the Page ${pageId}: ${describeBotError(error)}`,
    );
  }
  throw new CommandError(
    `mapPageToAccessToken did not answer for the Page ${pageId} in ${MAP_TIMEOUT_MS / 1000} s.`,
  );
}

/**
 * A client like that of Bottender's connector.
 *
 * @throws CommandError without an app secret
 */
export function clientFor(
  {
    client,
    appSecret,
    origin,
    skipAppSecretProof,
    mapPageToAccessToken,
  }: MessengerChannel,
  accessToken: string,
): MessengerClient {
  hide(appSecret);
  // Bottender creates a separate client for each mapped Page.
  if (client && !mapPageToAccessToken) {
    hide(client.appSecret);
    return client;
  }
  if (!appSecret && !skipAppSecretProof) {
    throw new CommandError(
      'There is no app secret: channels.messenger.appSecret in the config is empty. Is it set in .env?',
    );
  }
  const Client = messengerClientClass();
  return new Client({
    accessToken,
    appSecret,
    origin,
    skipAppSecretProof,
  });
}
