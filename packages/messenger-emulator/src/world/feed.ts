import { checkFields, checkKnown, checkText, fail } from '../values/checks';
import { newObjectId } from '../values/ids';
import type { JsonObject } from '../values/json';
import type { FeedResult } from '../types';

/** A post or a comment of a customer, with its IDs. */
export interface FeedItem {
  ids: Omit<FeedResult, 'status'>;
  message: string;
}

/**
 * Validates a post or a comment.
 *
 * @throws {TypeError} naming the wrong field.
 */
export function readFeedItem(given: unknown, pageId: string): FeedItem {
  const request = checkFields(given, 'item');
  const message = checkText(request.message, 'item.message');
  switch (request.type) {
    case 'post':
      checkKnown(request, ['type', 'message'], 'item.');
      return { ids: { post_id: `${pageId}_${newObjectId()}` }, message };
    case 'comment': {
      checkKnown(request, ['type', 'message', 'post_id'], 'item.');
      const postId =
        request.post_id === undefined
          ? `${pageId}_${newObjectId()}`
          : readPostId(request.post_id);
      const [, object = ''] = postId.split('_');
      const commentId = `${object}_${newObjectId()}`;
      return { ids: { post_id: postId, comment_id: commentId }, message };
    }
    default:
      return fail('item.type', 'post or comment');
  }
}

/** The value of the webhook's change: docs/messenger-facts.md#feed */
export function feedWebhookValue(
  { ids, message }: FeedItem,
  from: { id: string; name: string },
  at: number,
): JsonObject {
  return {
    from,
    item: ids.comment_id === undefined ? 'post' : 'comment',
    ...ids,
    verb: 'add',
    // In seconds, like all times of the feed.
    created_time: Math.floor(at / 1000),
    message,
  };
}

function readPostId(value: unknown): string {
  const id = checkText(value, 'item.post_id');
  return /^\d{1,20}_\d{1,20}$/.test(id)
    ? id
    : fail('item.post_id', 'the ID of a post, as 123_456');
}
