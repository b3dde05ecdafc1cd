import { checkId, checkObject, checkText, checkKnown } from '../values/checks';
import { newMessageId } from '../values/ids';
import type { JsonObject } from '../values/json';
import type { InboxOptions, InboxResult } from '../types';
import { PAGE_INBOX } from './threads';
import type { World } from './world';

const MAX_METADATA_LENGTH = 1000;

/**
 * The Page's inbox, where a person answers. For Messenger it is another app,
 * which takes control, answers and passes control back.
 *
 * @see
 *   https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
 */
export class Inbox {
  constructor(private readonly world: World) {}

  /** Takes control from the bot's app, and notifies it. */
  take(psid: string, options: InboxOptions = {}): Promise<InboxResult> {
    return this.#transferControl(
      psid,
      options,
      PAGE_INBOX,
      'take_thread_control',
    );
  }

  /** Passes control to the bot's app, and notifies it. */
  pass(psid: string, options: InboxOptions = {}): Promise<InboxResult> {
    const { appId } = this.world.settings;
    return this.#transferControl(psid, options, appId, 'pass_thread_control');
  }

  /** Asks the bot's app for control. */
  async request(
    psid: string,
    options: InboxOptions = {},
  ): Promise<InboxResult> {
    const pageId = this.#resolvePageId(psid, options);
    return this.#notify(pageId, psid, 'request_thread_control', {
      requested_owner_app_id: PAGE_INBOX,
      ...metadataOf(options),
    });
  }

  /** Answers the customer as the Page; takes control first if another app has it. */
  async answer(
    psid: string,
    text: string,
    options: InboxOptions = {},
  ): Promise<{ mid: string }> {
    const pageId = this.#resolvePageId(psid, options);
    checkText(text, 'text');
    await this.take(psid, options);
    const mid = newMessageId();
    this.world.conversations.add(pageId, psid, {
      from: 'page',
      persona: null,
      app_id: PAGE_INBOX,
      message: { text },
      mid,
      at: this.world.clock.now(),
    });
    return { mid };
  }

  async #transferControl(
    psid: string,
    options: InboxOptions,
    newOwner: string,
    action: 'take_thread_control' | 'pass_thread_control',
  ): Promise<InboxResult> {
    const pageId = this.#resolvePageId(psid, options);
    const { threads, conversations } = this.world;
    const previous = threads.owner(pageId, psid);
    if (previous === newOwner) return { status: 0 };
    threads.pass(pageId, psid, newOwner);
    conversations.emitChange(pageId, psid);
    return this.#notify(pageId, psid, action, {
      previous_owner_app_id: previous,
      new_owner_app_id: newOwner,
      ...metadataOf(options),
    });
  }

  async #notify(
    pageId: string,
    psid: string,
    action: string,
    details: JsonObject,
  ): Promise<InboxResult> {
    const { webhooks } = this.world;
    const status = await webhooks.deliver(pageId, 'messaging_handovers', {
      sender: { id: psid },
      recipient: { id: pageId },
      timestamp: this.world.clock.now(),
      [action]: details,
    });
    return { status };
  }

  /** @throws {TypeError} if there is no such conversation. */
  #resolvePageId(psid: string, options: InboxOptions): string {
    checkId(psid, 'psid');
    checkObject(options, 'options');
    checkKnown(options, ['pageId', 'metadata'], 'options.');
    const pageId = options.pageId ?? this.world.settings.pages[0]?.id ?? '';
    if (!this.world.conversations.hasWritten(pageId, psid)) {
      throw new TypeError(
        `Messenger emulator: \`psid\` must be a customer who has written to the Page ${pageId}`,
      );
    }
    return pageId;
  }
}

function metadataOf({ metadata }: InboxOptions): JsonObject {
  if (metadata === undefined) return {};
  if (checkText(metadata, 'metadata').length > MAX_METADATA_LENGTH) {
    throw new TypeError(
      `Messenger emulator: \`metadata\` must be at most ${MAX_METADATA_LENGTH} characters`,
    );
  }
  return { metadata };
}
