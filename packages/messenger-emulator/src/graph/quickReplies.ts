import { invalidParameter } from '../values/graphError';
import { getProperty, isObject, toText, type Json } from '../values/json';

const MOST_QUICK_REPLIES = 13;
const LONGEST_PAYLOAD = 1000;
const CONTENT_TYPES = ['text', 'user_phone_number', 'user_email', 'location'];

/**
 * docs/messenger-facts.md#quick-replies: a title that is too long is taken, and
 * shown cut.
 *
 * @throws {GraphError} if one breaks a documented rule.
 */
export function checkQuickReplies(value: Json): void {
  if (!Array.isArray(value) || value.length > MOST_QUICK_REPLIES) {
    throw invalidParameter(
      `Param message[quick_replies] must be an array of at most ${MOST_QUICK_REPLIES}`,
    );
  }
  for (const [at, quickReply] of value.entries()) {
    const contentType = isObject(quickReply)
      ? toText(getProperty(quickReply, 'content_type'))?.toLowerCase()
      : undefined;
    if (contentType === undefined || !CONTENT_TYPES.includes(contentType)) {
      throw invalidParameter(
        `The content_type of a quick reply must be one of {${CONTENT_TYPES.join(', ')}}`,
      );
    }
    if (contentType === 'text' && !hasTitleAndPayload(quickReply)) {
      throw invalidParameter('A quick reply needs a title and a payload');
    }
    if (payloadLength(quickReply) > LONGEST_PAYLOAD) {
      throw invalidParameter(
        `Length of param message[quick_replies][${at}][payload] must be less than or equal to ${LONGEST_PAYLOAD}`,
      );
    }
  }
}

function hasTitleAndPayload(quickReply: Json): boolean {
  return (
    isObject(quickReply) &&
    Boolean(toText(getProperty(quickReply, 'title'))) &&
    toText(getProperty(quickReply, 'payload')) !== undefined
  );
}

function payloadLength(quickReply: Json): number {
  const payload = isObject(quickReply)
    ? toText(getProperty(quickReply, 'payload'))
    : undefined;
  return [...(payload ?? '')].length;
}
