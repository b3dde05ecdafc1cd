import {
  checkFields,
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
  OptInResult,
  PressOptions,
  Referral,
  SayOptions,
  SayResult,
} from '../types';
import type { OfferedQuickReply } from './conversations';
import { eventOf, fieldOf } from './customerEvents';
import { optInOf } from './optIns';
import type { Receipts } from './receipts';
import { entryOf } from './said';
import { UndeliveredError } from './undelivered';
import { viewOf } from './view';
import type { World } from './world';

/** An emoji may be made of several characters. */
const LONGEST_EMOJI = 64;
/** The emulator's own: Meta gives other limits on other pages. */
const LONGEST_REF = 2083;

/** Lets customers write to Pages, and brings what they say and do to the bot. */
export class Customers {
  constructor(
    private readonly world: World,
    private readonly receipts: Receipts,
  ) {}

  /** @see https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages */
  async say(
    psid: string,
    said: unknown,
    options: SayOptions = {},
  ): Promise<SayResult> {
    const pageId = this.#check(psid, options);
    const entry = entryOf(said, Date.now(), this.world.origin);
    return this.#bring(pageId, psid, entry);
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
    const optin = optInOf(request, Date.now());
    const token =
      optin.one_time_notif_token ?? optin.notification_messages_token;
    const { status } = await this.#act(pageId, psid, { optin });
    return { status, ...(token === undefined ? {} : { token }) };
  }

  /** docs/messenger-facts.md#account-linking */
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
      at: Date.now(),
      ...what,
    } as const;
    const { status } = await this.#bring(pageId, psid, entry);
    return { status };
  }

  /** Adds to the conversation, and tells the bot. */
  async #bring(
    pageId: string,
    psid: string,
    given: ConversationEntry,
  ): Promise<SayResult> {
    const { arrivals, conversations, profiles, threads, webhooks } = this.world;
    webhooks.checkKnown();
    const key = `${pageId}/${psid}`;
    const referral = arrivals.get(key);
    arrivals.delete(key);
    const entry =
      given.postback && referral
        ? { ...given, postback: { ...given.postback, referral } }
        : given;
    const field = threads.isOurs(pageId, psid) ? fieldOf(entry) : 'standby';
    conversations.open(pageId, psid);
    await this.receipts.read(pageId, psid, entry.at);
    conversations.add(pageId, psid, entry);
    if (entry.optin?.user_ref !== undefined) {
      conversations.rememberUserRef(pageId, entry.optin.user_ref, psid);
    }
    const event = eventOf(psid, pageId, entry, {
      isStandby: field === 'standby',
      hasNlp: profiles.nlp.has(pageId),
    });
    const undelivered = (reason: string) =>
      conversations.markUndelivered(pageId, psid, entry, reason);
    const status = await webhooks
      .deliver(pageId, field, event)
      .catch((error: unknown) => {
        const lost = new UndeliveredError(error, entry.mid);
        undelivered(lost.message.replace(/^Messenger emulator: /, ''));
        throw lost;
      });
    // What goes to another's thread needs nobody who listens along.
    if (status === 0 && field !== 'standby') {
      undelivered(`the bot is not subscribed to ${field}`);
    }
    if (status >= 400) undelivered(`the bot's webhook answered ${status}`);
    return { status, mid: entry.mid ?? '' };
  }
}

function referralOf(given: unknown): Referral {
  const link = checkFields(given, 'link');
  checkKnown(link, ['ref', 'source', 'ad_id'], 'link.');
  const { ref, source = 'SHORTLINK', ad_id: adId } = link;
  if (source !== 'SHORTLINK' && source !== 'ADS') {
    fail('link.source', 'SHORTLINK or ADS');
  }
  return {
    ...(ref === undefined
      ? {}
      : {
          ref: checkLength(checkText(ref, 'link.ref'), 'link.ref', LONGEST_REF),
        }),
    source,
    type: 'OPEN_THREAD',
    ...(adId === undefined ? {} : { ad_id: checkId(adId, 'link.ad_id') }),
  };
}

/** The quick reply that has this payload, or asks for what it is. */
function offeredBy(
  quickReplies: readonly OfferedQuickReply[],
  payload: string,
): { title: string } | undefined {
  const named = quickReplies.find((each) => each.payload === payload);
  if (named) return named;
  const asked = quickReplies.some(({ contentType }) =>
    contentType === 'user_email'
      ? /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(payload)
      : contentType === 'user_phone_number' &&
        /^\+?[\d\s()-]{5,30}$/.test(payload),
  );
  return asked ? { title: payload } : undefined;
}
