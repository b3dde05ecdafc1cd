import { checkHttpUrl, checkText, fail } from '../values/checks';
import type { ActionResult, LogInResult, SayOptions } from '../types';
import type { Delivery } from './delivery';
import { resolvePageId } from './participants';
import type { World } from './world';

/** Account linking, from the customer's side: docs/messenger-facts.md#account-linking */
export class AccountLinking {
  constructor(
    private readonly world: World,
    private readonly delivery: Delivery,
  ) {}

  /** A customer presses a Log in button. Returns the URL of the bot's login page. */
  logIn(psid: string, url: string, options: SayOptions = {}): LogInResult {
    const pageId = resolvePageId(this.world, psid, options);
    checkHttpUrl(url, 'url');
    const now = this.world.clock.now();
    return { status: 0, url: this.world.logins.begin(pageId, psid, url, now) };
  }

  /**
   * The login page redirects the customer back.
   *
   * @param code the `authorization_code`; `''` if the login has failed
   * @returns whether the account is now linked
   * @throws {TypeError} if the login is unknown, expired or already done.
   */
  async returnFromLogin(token: string, code: string): Promise<boolean> {
    const login = this.world.logins.find(token, this.world.clock.now());
    if (!login || login.isDone) {
      fail(
        'account_linking_token',
        'the token of a login within the last 5 minutes',
      );
    }
    if (code === '') return false;
    login.isDone = true;
    const { psid, pageId } = login;
    const { status } = await this.link(psid, code, { pageId });
    // Linking fails if the bot does not acknowledge the event.
    return status !== 0 && status < 400;
  }

  /** Links an account at once, without a login page. */
  async link(
    psid: string,
    authorizationCode: string,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = resolvePageId(this.world, psid, options);
    const code = checkText(authorizationCode, 'authorizationCode');
    return this.delivery.act(pageId, psid, {
      account_linking: { status: 'linked', authorization_code: code },
    });
  }

  async unlink(psid: string, options: SayOptions = {}): Promise<ActionResult> {
    const pageId = resolvePageId(this.world, psid, options);
    return this.delivery.act(pageId, psid, {
      account_linking: { status: 'unlinked' },
    });
  }
}
