import {
  checkHttpUrl,
  checkId,
  checkKnown,
  checkLength,
  checkObject,
  checkText,
  fail,
} from '../values/checks';
import type {
  ActionResult,
  ConversationEntry,
  CustomerView,
  FeedResult,
  LogInResult,
  OptInResult,
  PressOptions,
  SayOptions,
  SayResult,
} from '../types';
import type { Delivery } from './delivery';
import { feedItemOf, feedValueOf } from './feed';
import { optInOf } from './optIns';
import { entryOf } from './said';
import { readDetails } from './details';
import { offeredBy } from './quickReplies';
import { referralOf } from './referrals';
import { viewOf } from './view';
import type { World } from './world';

/** An emoji may be made of several characters. */
const LONGEST_EMOJI = 64;

/** Lets customers write to Pages, and brings what they say and do to the bot. */
export class Customers {
  constructor(
    private readonly world: World,
    private readonly delivery: Delivery,
  ) {}

  /** @see https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages */
  async say(
    psid: string,
    said: unknown,
    options: SayOptions = {},
  ): Promise<SayResult> {
    const pageId = this.#check(psid, options);
    const entry = entryOf(said, this.world.clock.now(), this.world.origin);
    return this.delivery.bring(pageId, psid, entry);
  }

  /**
   * A customer presses a quick reply, where the last message offers it, or else
   * a button, an ice breaker or an entry of the menu.
   */
  press(
    psid: string,
    payload: string,
    options: PressOptions = {},
  ): Promise<SayResult> {
    const { title, ...others } = options;
    const pageId = this.#check(psid, others);
    checkText(payload, 'payload');
    const offered = offeredBy(
      this.world.conversations.offeredQuickReplies(pageId, psid),
      payload,
    );
    const { iceBreakers, menu } = viewOf(this.world, pageId, psid);
    const known =
      iceBreakers.find((each) => each.payload === payload)?.question ??
      menu.find((each) => each.payload === payload)?.title;
    const said = offered
      ? { text: title ?? offered.title, quick_reply: { payload } }
      : { postback: { title: title ?? known ?? payload, payload } };
    return this.say(psid, said, { pageId });
  }

  /**
   * A customer presses Get Started: docs/messenger-facts.md#welcome-screen
   *
   * @throws {TypeError} when the Page has no such button.
   */
  async getStarted(psid: string, options: SayOptions = {}): Promise<SayResult> {
    const pageId = this.#check(psid, options);
    const payload = this.world.profiles.getStartedOf(pageId);
    if (payload === undefined) {
      throw new TypeError(
        `Messenger emulator: the Page ${pageId} has no Get Started button (get_started of its Messenger profile)`,
      );
    }
    return this.say(
      psid,
      { postback: { title: 'Get Started', payload } },
      { pageId },
    );
  }

  /**
   * A customer follows an m.me link or an ad. In a new conversation, the first
   * button pressed tells of it: docs/messenger-facts.md#referrals
   */
  async openLink(
    psid: string,
    link: unknown,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = this.#check(psid, options);
    const referral = referralOf(link);
    const { conversations, arrivals } = this.world;
    conversations.open(pageId, psid);
    if (!conversations.hasWritten(pageId, psid)) {
      arrivals.set(`${pageId}/${psid}`, referral);
      return { status: 0 };
    }
    return this.#act(pageId, psid, { referral });
  }

  /** docs/messenger-facts.md#opt-ins */
  async optIn(
    psid: string,
    request: unknown,
    options: SayOptions = {},
  ): Promise<OptInResult> {
    const pageId = this.#check(psid, options);
    const optin = optInOf(request);
    const { status } = await this.#act(pageId, psid, { optin });
    const token =
      optin.one_time_notif_token ?? optin.notification_messages_token;
    return { status, ...(token === undefined ? {} : { token }) };
  }

  /**
   * A customer posts on the Page or comments on a post, and can be answered
   * once: docs/messenger-facts.md#private-replies
   */
  async post(
    psid: string,
    given: unknown,
    options: SayOptions = {},
  ): Promise<FeedResult> {
    const pageId = this.#check(psid, options);
    const item = feedItemOf(given, pageId);
    const { addresses, conversations, webhooks } = this.world;
    webhooks.checkKnown();
    const at = this.world.clock.now();
    conversations.open(pageId, psid);
    const { post_id: postId, comment_id: commentId } = item.ids;
    if (commentId === undefined) {
      addresses.add(pageId, 'post_id', postId, psid, at);
    } else {
      addresses.add(pageId, 'comment_id', commentId, psid, at);
    }
    const name = conversations.nameOf(pageId, psid) ?? '';
    const value = feedValueOf(item, { id: psid, name }, at);
    const status = await webhooks.deliver(pageId, 'feed', value);
    return { status, ...item.ids };
  }

  /** Says what is known of a customer, and opens the conversation. */
  set(psid: string, given: unknown, options: SayOptions = {}): void {
    const pageId = this.#check(psid, options);
    const details = readDetails(given);
    const { addresses, conversations } = this.world;
    conversations.open(pageId, psid, details.name);
    if (details.phoneNumber !== undefined) {
      const { phoneNumber } = details;
      addresses.add(
        pageId,
        'phone_number',
        phoneNumber,
        psid,
        this.world.clock.now(),
      );
    }
    if (details.european !== undefined) {
      conversations.setEuropean(psid, details.european);
    }
  }

  /**
   * A customer presses a Log in button, and is to be sent to the bot's login
   * page: docs/messenger-facts.md#account-linking
   */
  logIn(psid: string, url: string, options: SayOptions = {}): LogInResult {
    const pageId = this.#check(psid, options);
    checkHttpUrl(url, 'url');
    const now = this.world.clock.now();
    return { status: 0, url: this.world.logins.begin(pageId, psid, url, now) };
  }

  /**
   * A customer comes back from the login page.
   *
   * @param code the `authorization_code`; `''` where the login has failed
   * @returns whether the account is linked now
   * @throws {TypeError} when the login is not known, too old or done before.
   */
  async returnFromLogin(token: string, code: string): Promise<boolean> {
    const login = this.world.logins.find(token, this.world.clock.now());
    if (!login || login.isDone) {
      fail('account_linking_token', 'that of a login of the last 5 minutes');
    }
    if (code === '') return false;
    login.isDone = true;
    const { psid, pageId } = login;
    const { status } = await this.linkAccount(psid, code, { pageId });
    // Linking ends where the bot does not take the event.
    return status !== 0 && status < 400;
  }

  /** The same at once, without a login page. */
  async linkAccount(
    psid: string,
    authorizationCode: string,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = this.#check(psid, options);
    const code = checkText(authorizationCode, 'authorizationCode');
    return this.#act(pageId, psid, {
      account_linking: { status: 'linked', authorization_code: code },
    });
  }

  async unlinkAccount(
    psid: string,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = this.#check(psid, options);
    return this.#act(pageId, psid, { account_linking: { status: 'unlinked' } });
  }

  /** docs/messenger-facts.md#reactions */
  async react(
    psid: string,
    mid: string,
    emoji: string,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = this.#check(psid, options);
    this.#checkMessage(pageId, psid, mid);
    checkLength(checkText(emoji, 'emoji'), 'emoji', LONGEST_EMOJI);
    return this.#act(pageId, psid, {
      senderAction: 'react',
      reaction: { mid, emoji },
    });
  }

  async unreact(
    psid: string,
    mid: string,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = this.#check(psid, options);
    this.#checkMessage(pageId, psid, mid);
    return this.#act(pageId, psid, {
      senderAction: 'unreact',
      reaction: { mid },
    });
  }

  /** What the customer is shown besides the messages. */
  view(psid: string, options: SayOptions = {}): CustomerView {
    return viewOf(this.world, this.#check(psid, options), psid);
  }

  /** The given Page, or the first one. */
  pageId(given: string | undefined): string {
    if (given !== undefined && !this.world.page(given)) {
      fail('pageId', 'the ID of one of the `pages`');
    }
    return given ?? this.world.settings.pages[0]?.id ?? '';
  }

  checkPsid(psid: string): void {
    checkId(psid, 'psid');
    if (this.world.page(psid) || psid === this.world.settings.appId) {
      fail('psid', 'no ID of a Page or the app');
    }
  }

  /** @returns the Page's ID. */
  #check(psid: string, options: SayOptions): string {
    this.checkPsid(psid);
    checkObject(options, 'options');
    checkKnown(options, ['pageId'], 'options.');
    return this.pageId(options.pageId);
  }

  #checkMessage(pageId: string, psid: string, mid: string): void {
    checkText(mid, 'mid');
    if (this.world.conversations.message(pageId, mid)?.psid !== psid) {
      fail('mid', 'the ID of a message of this conversation');
    }
  }

  async #act(
    pageId: string,
    psid: string,
    what: Partial<ConversationEntry>,
  ): Promise<ActionResult> {
    const entry = {
      from: 'user',
      persona: null,
      at: this.world.clock.now(),
      ...what,
    } as const;
    const { status } = await this.delivery.bring(pageId, psid, entry);
    return { status };
  }
}
