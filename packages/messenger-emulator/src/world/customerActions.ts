import { checkLength, checkText, fail } from '../values/checks';
import type {
  ActionResult,
  FeedResult,
  OptInResult,
  SayOptions,
} from '../types';
import type { Delivery } from './delivery';
import { readFeedItem, feedWebhookValue } from './feed';
import { readOptIn } from './optIns';
import { readReferral } from './readReferral';
import { resolvePageId } from './participants';
import type { World } from './world';

/** An emoji may consist of several characters. */
const MAX_EMOJI_LENGTH = 64;
/** docs/messenger-facts.md#message-edits */
const MAX_EDITS = 5;

/** What customers do besides writing and pressing buttons. */
export class CustomerActions {
  constructor(
    private readonly world: World,
    private readonly delivery: Delivery,
  ) {}

  /**
   * A customer follows an m.me link or an ad. In a new conversation, the
   * referral is sent with the first button: docs/messenger-facts.md#referrals
   */
  async openLink(
    psid: string,
    link: unknown,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = resolvePageId(this.world, psid, options);
    const referral = readReferral(link);
    const { conversations, arrivals } = this.world;
    conversations.open(pageId, psid);
    if (!conversations.hasWritten(pageId, psid)) {
      arrivals.set(`${pageId}/${psid}`, referral);
      return { status: 0 };
    }
    return this.delivery.act(pageId, psid, { referral });
  }

  /** docs/messenger-facts.md#opt-ins */
  async optIn(
    psid: string,
    request: unknown,
    options: SayOptions = {},
  ): Promise<OptInResult> {
    const pageId = resolvePageId(this.world, psid, options);
    const optin = readOptIn(request);
    const { status } = await this.delivery.act(pageId, psid, { optin });
    const token =
      optin.one_time_notif_token ?? optin.notification_messages_token;
    return { status, ...(token === undefined ? {} : { token }) };
  }

  /** A customer posts on the Page or comments on a post: docs/messenger-facts.md#private-replies */
  async post(
    psid: string,
    given: unknown,
    options: SayOptions = {},
  ): Promise<FeedResult> {
    const pageId = resolvePageId(this.world, psid, options);
    const item = readFeedItem(given, pageId);
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
    const value = feedWebhookValue(item, { id: psid, name }, at);
    const status = await webhooks.deliver(pageId, 'feed', value);
    return { status, ...item.ids };
  }

  /** docs/messenger-facts.md#reactions */
  async react(
    psid: string,
    mid: string,
    emoji: string,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = resolvePageId(this.world, psid, options);
    this.#checkMessage(pageId, psid, mid);
    checkLength(checkText(emoji, 'emoji'), 'emoji', MAX_EMOJI_LENGTH);
    return this.delivery.act(pageId, psid, {
      senderAction: 'react',
      reaction: { mid, emoji },
    });
  }

  async unreact(
    psid: string,
    mid: string,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = resolvePageId(this.world, psid, options);
    this.#checkMessage(pageId, psid, mid);
    return this.delivery.act(pageId, psid, {
      senderAction: 'unreact',
      reaction: { mid },
    });
  }

  /** docs/messenger-facts.md#message-edits */
  async edit(
    psid: string,
    mid: string,
    text: string,
    options: SayOptions = {},
  ): Promise<ActionResult> {
    const pageId = resolvePageId(this.world, psid, options);
    this.#checkMessage(pageId, psid, mid);
    const { conversations } = this.world;
    const edited = conversations.message(pageId, mid)?.entry;
    if (edited?.from !== 'user' || edited.message?.text === undefined) {
      fail('mid', 'the ID of a text message that the customer sent');
    }
    const num_edit = conversations.editsOf(pageId, psid, mid).length + 1;
    if (num_edit > MAX_EDITS) {
      throw new TypeError(
        `Messenger emulator: \`mid\` has been edited ${MAX_EDITS} times, which is Messenger's limit`,
      );
    }
    checkText(text, 'text');
    return this.delivery.act(pageId, psid, { edit: { mid, text, num_edit } });
  }

  #checkMessage(pageId: string, psid: string, mid: string): void {
    checkText(mid, 'mid');
    if (this.world.conversations.message(pageId, mid)?.psid !== psid) {
      fail('mid', 'the ID of a message in this conversation');
    }
  }
}
