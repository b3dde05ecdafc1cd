import { viber } from '../../channels/viber';
import type { PersonaProfile } from '../../profile';
import { getProperty } from '../../util/getProperty';
import { plural } from '../sync/plan';

import { CannotRun, failed, ok, warning, type Finding } from './check';
import { Platform, textOf } from './platform';

/** Viber's token, and the profiles of the directory as its senders. */
export class ViberBot {
  private readonly platform: Platform;

  constructor(
    channel: object,
    private readonly profiles: readonly PersonaProfile[],
  ) {
    this.platform = new Platform('Viber', channel, 'https://chatapi.viber.com');
  }

  /** docs/messenger-facts.md#viber-account */
  async checkCredentials(): Promise<Finding> {
    const missing = this.platform.missing('accessToken');
    if (missing) return missing;
    const headers = { 'x-viber-auth-token': this.platform.accessToken ?? '' };
    const { status, body } = await this.platform.ask(
      'POST',
      '/pa/get_account_info',
      headers,
      {},
    );
    if (getProperty(body, 'status') === 0)
      return ok(`the token is that of "${textOf(body, 'name')}"`);
    return failed(
      `Viber does not take the access token: ${textOf(body, 'status_message') || `HTTP ${status}`}`,
      'Copy the token from the admin panel of the bot, partners.viber.com, into .env.',
    );
  }

  /** Viber cannot be asked: docs/messenger-facts.md#viber-avatar */
  checkSenders(): Finding {
    if (this.profiles.length === 0)
      throw new CannotRun('the directory has no profiles');
    const cut = this.profiles.flatMap((profile) => {
      const { sender } = viber.displayProfile?.(profile).fields ?? {};
      const shown = textOf(sender, 'name');
      return shown.endsWith('…')
        ? [`"${profile.name}" is shown as "${shown}"`]
        : [];
    });
    if (cut.length === 0)
      return ok(
        `${plural(this.profiles.length, 'name')} of at most 28 characters`,
      );
    return warning(
      `Viber takes names of at most 28 characters: ${cut.join(', ')}.`,
      'Give the profile a `shortName`.',
    );
  }
}
