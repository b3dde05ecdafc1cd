import {
  checkId,
  checkKnown,
  checkObject,
  checkText,
  fail,
} from '../values/checks';
import { newMessageId } from '../values/ids';
import type { JsonObject } from '../values/json';
import type {
  ConversationEntry,
  CustomerMessage,
  SayOptions,
  SayResult,
} from '../types';
import type { OfferedQuickReply } from './conversations';
import type { Receipts } from './receipts';
import type { World } from './world';

/** Lets customers write to Pages, and brings what they say to the bot. */
export class Customers {
  constructor(
    private readonly world: World,
    private readonly receipts: Receipts,
  ) {}

  /** @see https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages */
  async say(
    psid: string,
    said: CustomerMessage,
    options: SayOptions = {},
  ): Promise<SayResult> {
    const { conversations, profiles, threads, webhooks } = this.world;
    this.checkPsid(psid);
    checkObject(options, 'options');
    checkKnown(options, ['pageId'], 'options.');
    const pageId = this.pageId(options.pageId);
    const entry = entryOf(said);
    const field = threads.isOurs(pageId, psid) ? fieldOf(entry) : 'standby';
    webhooks.checkKnown();
    conversations.open(pageId, psid);
    await this.receipts.read(pageId, psid, entry.at);
    conversations.add(pageId, psid, entry);
    if (entry.optin) {
      conversations.rememberUserRef(pageId, entry.optin.user_ref, psid);
    }
    const event = eventOf(psid, pageId, entry, {
      isStandby: field === 'standby',
      hasNlp: profiles.nlp.has(pageId),
    });
    const status = await webhooks.deliver(pageId, field, event);
    return { status, mid: entry.mid ?? '' };
  }

  /**
   * A customer presses a quick reply, where the last message offers it, or else a button.
   *
   * @param title what stands on it; looked up, or the payload, unless told.
   */
  press(
    psid: string,
    payload: string,
    title?: string,
    options: SayOptions = {},
  ): Promise<SayResult> {
    checkText(payload, 'payload');
    const pageId = this.pageId(options.pageId);
    const offered = offeredBy(
      this.world.conversations.offeredQuickReplies(pageId, psid),
      payload,
    );
    const said: CustomerMessage = offered
      ? { text: title ?? offered.title, quick_reply: { payload } }
      : { postback: { title: title ?? payload, payload } };
    return this.say(psid, said, options);
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
}

/** What built-in NLP adds to a text in which it finds nothing: docs/messenger-facts.md#built-in-nlp */
const NOTHING_DETECTED = {
  nlp: { entities: {}, traits: {}, detected_locales: [] },
};

function entryOf(said: CustomerMessage): ConversationEntry {
  const base = {
    from: 'user',
    persona: null,
    mid: newMessageId(),
    at: Date.now(),
  } as const;
  if (typeof said === 'string') {
    return { ...base, message: { text: checkText(said, 'message') } };
  }
  checkObject(said, 'message');
  if ('postback' in said) {
    checkKnown(said, ['postback'], 'message.');
    checkObject(said.postback, 'message.postback');
    const title = checkText(said.postback.title, 'message.postback.title');
    const payload = checkText(
      said.postback.payload,
      'message.postback.payload',
    );
    return { ...base, postback: { title, payload } };
  }
  if ('optin' in said) {
    checkKnown(said, ['optin'], 'message.');
    checkObject(said.optin, 'message.optin');
    const ref = checkText(said.optin.ref, 'message.optin.ref');
    const userRef = checkId(said.optin.user_ref, 'message.optin.user_ref');
    return { ...base, optin: { ref, user_ref: userRef } };
  }
  checkKnown(said, ['text', 'quick_reply', 'attachments'], 'message.');
  const { text, quick_reply: quickReply, attachments } = said;
  if (text !== undefined) checkText(text, 'message.text');
  if (quickReply !== undefined) {
    checkObject(quickReply, 'message.quick_reply');
    checkText(quickReply.payload, 'message.quick_reply.payload');
    if (text === undefined) fail('message.text', 'given with a quick reply');
  }
  if (attachments !== undefined) checkAttachments(attachments);
  if (text === undefined && attachments === undefined) {
    fail('message', 'a text, attachments or a postback');
  }
  return {
    ...base,
    message: {
      ...(text === undefined ? {} : { text }),
      ...(quickReply && { quick_reply: { payload: quickReply.payload } }),
      ...(attachments && { attachments }),
    },
  };
}

function checkAttachments(
  attachments: { type: string; payload: JsonObject }[],
): void {
  if (!Array.isArray(attachments) || attachments.length === 0) {
    fail('message.attachments', 'a list of at least one attachment');
  }
  attachments.forEach((attachment, i) => {
    checkObject(attachment, `message.attachments[${i}]`);
    checkText(attachment.type, `message.attachments[${i}].type`);
    checkObject(attachment.payload, `message.attachments[${i}].payload`);
  });
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

/** The webhook field that a thing said belongs to. */
function fieldOf({ postback, optin }: ConversationEntry): string {
  if (postback) return 'messaging_postbacks';
  return optin ? 'messaging_optins' : 'messages';
}

/** One element of the webhook's `messaging`. */
function eventOf(
  psid: string,
  pageId: string,
  { message, postback, optin, mid, at }: ConversationEntry,
  { isStandby, hasNlp }: { isStandby: boolean; hasNlp: boolean },
): JsonObject {
  const parties = { recipient: { id: pageId }, timestamp: at };
  // Who ticked the checkbox is not known before they have written.
  if (optin) return { ...parties, optin };
  const event = { sender: { id: psid }, ...parties };
  // Only the app whose button it is learns what is behind it.
  if (postback && isStandby) {
    return { ...event, postback: { title: postback.title, mid } };
  }
  return postback
    ? { ...event, postback: { ...postback, mid } }
    : {
        ...event,
        message: {
          mid,
          ...message,
          ...(hasNlp && message?.text !== undefined ? NOTHING_DETECTED : {}),
        },
      };
}
