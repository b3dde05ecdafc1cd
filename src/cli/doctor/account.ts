import { describeFailure } from '../../graph/graphFailure';
import { getProperty } from '../../util/values';
import { CommandError, explainFailure } from '../commandErrors';

import { CannotRun, failed, ok, warning, type Finding } from './check';
import type { MessengerBot } from './messengerBot';

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_MS = 14 * DAY_MS;

/** What the bot needs: docs/messenger-facts.md#debug-token */
const NEEDED_PERMISSION = 'pages_messaging';
const WEBHOOK_PERMISSION = 'pages_manage_metadata';

/** Graph's codes where the ID and the secret of an app do not belong together. */
const WRONG_SECRET: readonly unknown[] = [101, 190];

const NEW_TOKEN =
  'Make a new token of the Page at developers.facebook.com, under Messenger > Settings, and put it into .env.';

/** The credentials are there, and the app secret is that of the app. */
export async function checkCredentials(bot: MessengerBot): Promise<Finding> {
  try {
    await bot.credentials();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return failed(
      error.message,
      'Set it in .env, and read it in the config as process.env.NAME.',
    );
  }
  const answer = await bot.appAnswer();
  const appId = await bot.appId();
  if (answer.ok) return ok(`the app secret is that of the app ${appId}`);
  if (!WRONG_SECRET.includes(answer.failure.code)) {
    throw new CannotRun(
      `Graph did not check it: ${describeFailure(answer.failure)}`,
    );
  }
  return failed(
    `The app secret is not that of the app ${appId}: ${describeFailure(answer.failure)}`,
    'Copy App ID and App secret from developers.facebook.com, under App settings > Basic, into .env. The same secret signs webhooks.',
  );
}

/** Graph takes the access token, and it is that of the Page. */
export async function checkToken(bot: MessengerBot): Promise<Finding> {
  const { outcome } = await bot.pageAnswer();
  if (!outcome.ok) {
    const { code } = outcome.failure;
    if (code === 190 || code === 102) {
      return failed(
        `The access token is not valid: ${describeFailure(outcome.failure)}`,
        NEW_TOKEN,
      );
    }
    const isAnswered = outcome.failure.status !== undefined;
    return failed(
      `${isAnswered ? 'Graph does not take the access token' : 'Graph could not check the access token'}: ${explainFailure(outcome.failure)}`,
    );
  }
  const { id, name } = outcome.value;
  const configured = getProperty(bot.channel, 'pageId');
  if (typeof configured === 'string' && configured !== id) {
    return failed(
      `The access token belongs to ${id} ("${name}"), and channels.messenger.pageId is ${configured}.`,
      'Put the token and the ID of the same Page into .env.',
    );
  }
  const page = `the Page ${id} ("${name}")`;
  const info = await bot.tokenInfo().catch(() => undefined);
  if (!info) return ok(`it belongs to ${page}`);
  if (info.type !== 'PAGE' && info.type !== '') {
    return failed(
      `The access token is of the type ${info.type}, not that of a Page.`,
      NEW_TOKEN,
    );
  }
  if (info.expiresAt === undefined) {
    return ok(`it belongs to ${page}, and does not expire`);
  }
  const day = new Date(info.expiresAt).toISOString().slice(0, 10);
  const message = `it belongs to ${page}, and expires on ${day}`;
  return info.expiresAt < Date.now() + SOON_MS
    ? warning(message, NEW_TOKEN)
    : ok(message);
}

export async function checkPermissions(bot: MessengerBot): Promise<Finding> {
  const { scopes } = await bot.tokenInfo();
  const advice =
    'Ask for it under App Review > Permissions at developers.facebook.com, then make a new token of the Page.';
  if (!scopes.includes(NEEDED_PERMISSION)) {
    return failed(
      `The token lacks ${NEEDED_PERMISSION}, without which the bot cannot send, and has no personas.`,
      advice,
    );
  }
  if (!scopes.includes(WEBHOOK_PERMISSION)) {
    return warning(
      `The token lacks ${WEBHOOK_PERMISSION}, without which the webhook of the Page cannot be read or set.`,
      advice,
    );
  }
  return ok(`${NEEDED_PERMISSION}, ${WEBHOOK_PERMISSION}`);
}
