import { SCOPE } from '../../channels/slack';
import { getProperty, textIn } from '../../util/values';

import { CannotRun, failed, ok, type Finding } from './check';
import type { Platform, PlatformApi } from './platform';

/** docs/messenger-facts.md#slack-scopes */
export const SLACK: PlatformApi = {
  title: 'Slack',
  origin: 'https://slack.com',
  settings: ['accessToken'],
  account: ['POST', '/api/auth.test'],
  headers: (accessToken) => ({ authorization: `Bearer ${accessToken}` }),
  nameIn: ({ body }) =>
    getProperty(body, 'ok') === true ? textIn(body, 'team') : undefined,
  reason: 'error',
  advice:
    'Copy the bot token from api.slack.com/apps, under OAuth & Permissions, into .env.',
};

/** The token may say who speaks. */
export async function checkSlackScopes(platform: Platform): Promise<Finding> {
  const { headers } = await platform.account();
  const scopes = headers['x-oauth-scopes'];
  if (typeof scopes !== 'string') {
    throw new CannotRun('Slack does not say which scopes the token has');
  }
  if (scopes.split(',').some((scope) => scope.trim() === SCOPE)) {
    return ok(SCOPE);
  }
  return failed(
    `The token lacks ${SCOPE}: Slack shows the app in place of the persona.`,
    `Add ${SCOPE} to the Bot Token Scopes at api.slack.com/apps, under OAuth & Permissions, install the app again, and put its bot token into .env.`,
  );
}
