import { invalidParameter } from '../values/graphError';
import { field, isObject, textOf, type Json } from '../values/json';

/** @see https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies */
const MOST_QUICK_REPLIES = 13;
const CONTENT_TYPES = ['text', 'user_phone_number', 'user_email', 'location'];

export function checkQuickReplies(value: Json): void {
  if (!Array.isArray(value) || value.length > MOST_QUICK_REPLIES) {
    throw invalidParameter(
      `Param message[quick_replies] must be an array of at most ${MOST_QUICK_REPLIES}`,
    );
  }
  for (const quickReply of value) {
    const contentType = isObject(quickReply)
      ? textOf(field(quickReply, 'content_type'))?.toLowerCase()
      : undefined;
    if (contentType === undefined || !CONTENT_TYPES.includes(contentType)) {
      throw invalidParameter(
        `The content_type of a quick reply must be one of {${CONTENT_TYPES.join(', ')}}`,
      );
    }
    if (contentType === 'text' && !hasTitleAndPayload(quickReply)) {
      throw invalidParameter('A quick reply needs a title and a payload');
    }
  }
}

function hasTitleAndPayload(quickReply: Json): boolean {
  return (
    isObject(quickReply) &&
    Boolean(textOf(field(quickReply, 'title'))) &&
    textOf(field(quickReply, 'payload')) !== undefined
  );
}
