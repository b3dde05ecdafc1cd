import type { Json, JsonObject } from '../values/json';
import type { ConversationEntry } from '../types';

/** The result of built-in NLP for a text without entities: docs/messenger-facts.md#built-in-nlp */
const NOTHING_DETECTED = {
  nlp: { entities: {}, traits: {}, detected_locales: [] },
};

/** The emoji that have a name in the webhook: docs/messenger-facts.md#reactions */
const REACTIONS: Record<string, string> = {
  '😆': 'smile',
  '😀': 'smile',
  '😠': 'angry',
  '😡': 'angry',
  '😢': 'sad',
  '😮': 'wow',
  '❤': 'love',
  '😍': 'love',
  '👍': 'like',
  '👎': 'dislike',
};

/** The webhook field for an entry. */
export function webhookFieldOf(entry: ConversationEntry): string {
  if (entry.postback) return 'messaging_postbacks';
  if (entry.optin) return 'messaging_optins';
  if (entry.referral) return 'messaging_referrals';
  if (entry.account_linking) return 'messaging_account_linking';
  if (entry.edit) return 'message_edits';
  return entry.reaction ? 'message_reactions' : 'messages';
}

/**
 * One element of the webhook's `messaging`.
 *
 * @see https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
 */
export function webhookEventOf(
  psid: string,
  pageId: string,
  entry: ConversationEntry,
  { isStandby, hasNlp }: { isStandby: boolean; hasNlp: boolean },
): JsonObject {
  const parties = { recipient: { id: pageId }, timestamp: entry.at };
  // A ticked checkbox does not identify the customer until they write.
  return entry.optin?.user_ref === undefined
    ? {
        sender: { id: psid },
        ...parties,
        ...eventContent(entry, isStandby, hasNlp),
      }
    : { ...parties, ...eventContent(entry, isStandby, hasNlp) };
}

function eventContent(
  entry: ConversationEntry,
  isStandby: boolean,
  hasNlp: boolean,
): JsonObject {
  const { message, postback, optin, referral, reaction, mid } = entry;
  if (optin) return { optin: { ...optin } };
  if (referral) return { referral: { ...referral } };
  if (entry.account_linking) {
    return { account_linking: { ...entry.account_linking } };
  }
  if (entry.edit) return { message_edit: { ...entry.edit } };
  if (reaction) return { reaction: reactionOf(reaction) };
  // On standby, a button's payload is hidden.
  if (postback && isStandby)
    return { postback: { title: postback.title, mid } };
  if (postback) return { postback: { ...asJson(postback), mid } };
  return {
    message: {
      mid,
      ...message,
      ...(hasNlp && message?.text !== undefined ? NOTHING_DETECTED : {}),
    },
  };
}

function asJson({
  referral,
  ...postback
}: NonNullable<ConversationEntry['postback']>): { [field: string]: Json } {
  return referral ? { ...postback, referral: { ...referral } } : postback;
}

/** docs/messenger-facts.md#reactions */
function reactionOf({
  mid,
  emoji,
}: NonNullable<ConversationEntry['reaction']>): JsonObject {
  if (emoji === undefined) return { action: 'unreact', mid };
  // Ignores the variation selector.
  const name = REACTIONS[emoji.replace(/\ufe0f$/, '')] ?? 'other';
  return { reaction: name, emoji, action: 'react', mid };
}
