import { checkText } from '../values/checks';
import type {
  CustomerView,
  PressOptions,
  SayOptions,
  SayResult,
} from '../types';
import { AccountLinking } from './accountLinking';
import type { OfferedQuickReply } from './conversations';
import { CustomerActions } from './customerActions';
import type { Delivery } from './delivery';
import { readDetails } from './readDetails';
import { readCustomerMessage } from './customerMessage';
import { customerView } from './customerView';
import { resolvePageId } from './participants';
import type { World } from './world';

/** Customers: what they write, press and see. */
export class Customers {
  readonly actions: CustomerActions;
  readonly accounts: AccountLinking;

  constructor(
    private readonly world: World,
    private readonly delivery: Delivery,
  ) {
    this.actions = new CustomerActions(world, delivery);
    this.accounts = new AccountLinking(world, delivery);
  }

  /** @see https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages */
  async say(
    psid: string,
    said: unknown,
    options: SayOptions = {},
  ): Promise<SayResult> {
    const pageId = resolvePageId(this.world, psid, options);
    const entry = readCustomerMessage(
      said,
      this.world.clock.now(),
      this.world.origin,
    );
    return this.delivery.deliver(pageId, psid, entry);
  }

  /**
   * A customer presses a quick reply, if the last message offers it, or else a
   * button, an ice breaker or a menu item.
   */
  press(
    psid: string,
    payload: string,
    options: PressOptions = {},
  ): Promise<SayResult> {
    const { title, ...others } = options;
    const pageId = resolvePageId(this.world, psid, others);
    checkText(payload, 'payload');
    const offered = findQuickReply(
      this.world.conversations.offeredQuickReplies(pageId, psid),
      payload,
    );
    const { iceBreakers, menu } = customerView(this.world, pageId, psid);
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
   * @throws {TypeError} if the Page has no such button.
   */
  async getStarted(psid: string, options: SayOptions = {}): Promise<SayResult> {
    const pageId = resolvePageId(this.world, psid, options);
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

  /** Sets the details of a customer, and opens the conversation. */
  set(psid: string, given: unknown, options: SayOptions = {}): void {
    const pageId = resolvePageId(this.world, psid, options);
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

  /** Returns what the customer sees besides messages. */
  view(psid: string, options: SayOptions = {}): CustomerView {
    return customerView(
      this.world,
      resolvePageId(this.world, psid, options),
      psid,
    );
  }
}

/** Finds the quick reply with this payload, or one that asks for such a value. */
function findQuickReply(
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
