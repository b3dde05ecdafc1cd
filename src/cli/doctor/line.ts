import { line } from '../../channels/line';
import type { PersonaProfile } from '../../profile';
import { getProperty } from '../../util/getProperty';
import { plural } from '../sync/plan';

import { CannotRun, failed, ok, once, warning, type Finding } from './check';
import { Platform, textOf, type Answer } from './platform';

const CALLS_AT_ONCE = 5;

const SENDER =
  'A name has at most 20 characters, without "LINE"; the picture is an https URL of at most 1,000 characters.';

/** LINE's token, and the profiles of the directory as its senders. */
export class LineBot {
  private readonly platform: Platform;
  private readonly headers: Record<string, string>;

  constructor(
    channel: object,
    private readonly profiles: readonly PersonaProfile[],
  ) {
    this.platform = new Platform(
      'LINE',
      channel,
      'https://api.line.me',
      'channelSecret',
    );
    this.headers = { authorization: `Bearer ${this.platform.accessToken}` };
  }

  private readonly info = once((): Promise<Answer> =>
    this.platform.ask('GET', '/v2/bot/info', this.headers),
  );

  /** docs/messenger-facts.md#line-checks */
  async checkCredentials(): Promise<Finding> {
    const missing = this.platform.missing('accessToken', 'channelSecret');
    if (missing) return missing;
    const { status, body } = await this.info();
    if (status === 200)
      return ok(`the token is that of "${textOf(body, 'displayName')}"`);
    return failed(
      `LINE does not take the access token: ${textOf(body, 'message')} (HTTP ${status})`,
      'Issue a channel access token at developers.line.biz, under Messaging API, and put it into .env.',
    );
  }

  /** LINE checks messages with each profile as their sender, and sends none: docs/messenger-facts.md#line-checks */
  async checkSenders(): Promise<Finding> {
    if (this.profiles.length === 0)
      throw new CannotRun('the directory has no profiles');
    const missing = this.platform.missing('accessToken');
    if (missing || (await this.info()).status !== 200)
      throw new CannotRun('it needs a valid access token');
    const refused: string[] = [];
    const limits: string[] = [];
    for (let from = 0; from < this.profiles.length; from += CALLS_AT_ONCE) {
      const some = this.profiles.slice(from, from + CALLS_AT_ONCE);
      await Promise.all(
        some.map(async (profile) => {
          const refusal = await this.validate(profile, limits);
          if (refusal) refused.push(`"${profile.name}": ${refusal}`);
        }),
      );
    }
    if (refused.length > 0) {
      return failed(`LINE refuses senders: ${refused.join('; ')}.`, SENDER);
    }
    if (limits.length > 0) return warning(limits.join(' '), SENDER);
    return ok(
      `LINE takes ${plural(this.profiles.length, 'profile')} as senders`,
    );
  }

  /** Why LINE refuses a profile; what it cannot show is added to `limits`. */
  private async validate(
    profile: PersonaProfile,
    limits: string[],
  ): Promise<string | undefined> {
    const shown = line.displayProfile?.(profile);
    if (shown?.missing !== undefined) limits.push(shown.missing);
    const messages = [{ type: 'text', text: 'doctor', ...shown?.fields }];
    const { status, body } = await this.platform.ask(
      'POST',
      '/v2/bot/message/validate/push',
      this.headers,
      { messages },
    );
    if (status === 400) return reasonsIn(body);
    if (status === 200) return undefined;
    throw new CannotRun(`LINE did not check the senders: HTTP ${status}`);
  }
}

function reasonsIn(body: unknown): string {
  const details = getProperty(body, 'details');
  const reasons = (Array.isArray(details) ? details : []).map(
    (detail: unknown) =>
      `${textOf(detail, 'property')}: ${textOf(detail, 'message')}`,
  );
  return [textOf(body, 'message'), ...reasons].join('; ');
}
