import { SCOPE } from '../../channels/slack';
import { getProperty } from '../../util/getProperty';

import { CannotRun, failed, ok, once, type Finding } from './check';
import { Platform, textOf, type Answer } from './platform';

const ADVICE = `Add the scope ${SCOPE} to the Bot Token Scopes at api.slack.com/apps, under OAuth & Permissions, install the app again, and put its bot token into .env.`;

/** Slack's token, and whether it may say who speaks. */
export class SlackBot {
  private readonly platform: Platform;

  constructor(channel: object) {
    this.platform = new Platform(
      'Slack',
      channel,
      'https://slack.com',
      'signingSecret',
    );
  }

  private readonly test = once((): Promise<Answer> => {
    const headers = { authorization: `Bearer ${this.platform.accessToken}` };
    return this.platform.ask('POST', '/api/auth.test', headers);
  });

  async checkCredentials(): Promise<Finding> {
    const missing = this.platform.missing('accessToken');
    if (missing) return missing;
    const { status, body } = await this.test();
    if (getProperty(body, 'ok') === true)
      return ok(
        `the token is that of ${textOf(body, 'user')} in ${textOf(body, 'team')}`,
      );
    return failed(
      `Slack does not take the access token: ${textOf(body, 'error') || `HTTP ${status}`}`,
      'Copy the bot token from api.slack.com/apps, under OAuth & Permissions, into .env.',
    );
  }

  /** docs/messenger-facts.md#slack-scopes */
  async checkScopes(): Promise<Finding> {
    if (this.platform.missing('accessToken'))
      throw new CannotRun('it needs the access token');
    const { headers, body } = await this.test();
    if (getProperty(body, 'ok') !== true)
      throw new CannotRun('it needs a valid access token');
    const scopes = headers['x-oauth-scopes'];
    if (typeof scopes !== 'string')
      throw new CannotRun('Slack does not say which scopes the token has');
    if (scopes.split(',').some((scope) => scope.trim() === SCOPE))
      return ok(SCOPE);
    return failed(
      `The token lacks ${SCOPE}: Slack shows the app in place of the persona.`,
      ADVICE,
    );
  }
}
