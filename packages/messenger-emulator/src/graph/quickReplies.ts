import { invalidParameter } from '../values/graphError';
import { getProperty, isObject, toText, type Json } from '../values/json';

const MAX_QUICK_REPLIES = 13;
const MAX_PAYLOAD_LENGTH = 1000;
const CONTENT_TYPES = ['text', 'user_phone_number', 'user_email', 'location'];

/**
 * docs/messenger-facts.md#quick-replies: a title that is too long is taken, and
 * shown cut.
 *
 * @throws {GraphError} if one breaks a documented rule.
 */
export function checkQuickReplies(value: Json): void {
  if (!Array.isArray(value) || value.length > MAX_QUICK_REPLIES) {
    throw invalidParameter(
      `Param message[quick_replies] must be an array of at most ${MAX_QUICK_REPLIES}`,
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
    if (payloadLength(quickReply) > MAX_PAYLOAD_LENGTH) {
      throw invalidParameter(
        `Length of param message[quick_replies][${at}][payload] must be less than or equal to ${MAX_PAYLOAD_LENGTH}`,
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
